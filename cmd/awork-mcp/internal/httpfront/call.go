package httpfront

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// settleTime is how long mcp-go needs to write what a call has sent before its
// result: without it the last notification of some calls is dropped.
const settleTime = 5 * time.Millisecond

// identify gives each request on /mcp a session of its own to be seen by
// handlers, in place of mcp-go's.
func (f *Front) identify(ctx context.Context, _ *http.Request) context.Context {
	switch s := server.ClientSessionFromContext(ctx).(type) {
	case sessionful:
		if s.SessionID() != "" {
			return f.server.WithContext(ctx, &sessionCall{sessionful: s})
		}
		return f.server.WithContext(ctx, &loneCall{sessionless: s, id: rand.Text()})
	default:
		return ctx
	}
}

// settle is a tool middleware that holds the result of a call back until the
// notifications it sent are on their way. Calls that sent none are not held.
func settle(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		result, err := next(ctx, r)
		if c, ok := server.ClientSessionFromContext(ctx).(interface{ hasSent() bool }); ok && c.hasSent() {
			select {
			case <-time.After(settleTime):
			case <-ctx.Done():
			}
		}
		return result, err
	}
}

// sent remembers whether a call asked for the channel of notifications, which
// mcp-go does only to send one.
type sent struct{ flag atomic.Bool }

func (s *sent) hasSent() bool { return s.flag.Load() }

// sessionless is what of mcp-go's session works for a request that stands by
// itself. There is no stream to ask the client anything on.
type sessionless interface {
	server.SessionWithClientInfo
	server.SessionWithProtocolVersion
	server.SessionWithStreamableHTTPConfig
	server.SessionWithSubscriptionFilter
	SetProtocolVersion(version string)
}

// sessionful is all of mcp-go's session that a legacy session may use.
type sessionful interface {
	sessionless
	server.SessionWithLogging
	server.SessionWithTools
	server.SessionWithResources
	server.SessionWithResourceTemplates
	server.SessionWithSampling
	server.SessionWithElicitation
	server.SessionWithRoots
}

// sessionCall is one request of a session.
type sessionCall struct {
	sessionful
	sent
}

func (c *sessionCall) NotificationChannel() chan<- mcp.JSONRPCNotification {
	c.flag.Store(true)
	return c.sessionful.NotificationChannel()
}

// loneCall is one request without a session. mcp-go files requests under
// session and request id, and calls all sessions of this kind "": by an id of
// its own, a request can be cancelled by nobody who merely counts to 1 as well.
type loneCall struct {
	sessionless
	sent
	id string
}

func (c *loneCall) SessionID() string { return c.id }

func (c *loneCall) NotificationChannel() chan<- mcp.JSONRPCNotification {
	c.flag.Store(true)
	return c.sessionless.NotificationChannel()
}
