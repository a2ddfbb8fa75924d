package httpserver

import (
	"context"
	"crypto/rand"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// callContexts gives each request on /mcp a session of its own to be seen by
// handlers, in place of mcp-go's.
type callContexts struct {
	mcp     *server.MCPServer
	closing context.Context // ends when there is no time for questions any more
}

func (c callContexts) of(ctx context.Context, r *http.Request) context.Context {
	out, _ := r.Context().Value(responseWriterKey{}).(*responseWriter)
	in, _ := r.Context().Value(sessionKey{}).(*session)
	switch s := server.ClientSessionFromContext(ctx).(type) {
	case sessionful:
		if s.SessionID() != "" {
			return c.mcp.WithContext(ctx, &sessionRequest{sessionful: s, in: in, out: out, closing: c.closing})
		}
		return c.mcp.WithContext(ctx, &statelessRequest{sessionless: s, id: rand.Text(), out: out})
	default:
		return ctx
	}
}

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

// sessionRequest is one request of a session. What it asks its client is asked in
// the answer to it.
type sessionRequest struct {
	sessionful
	in      *session
	out     *responseWriter
	closing context.Context
}

// RequestElicitation implements [server.SessionWithElicitation]: mcp-go's own
// does not tell the client when nobody waits for its answer any more.
func (c *sessionRequest) RequestElicitation(
	ctx context.Context, r mcp.ElicitationRequest,
) (*mcp.ElicitationResult, error) {
	return c.in.questions.Elicit(ctx, c.closing, r, c.out.ask)
}

func (c *sessionRequest) Initialize() {
	c.out.initialized.Store(true)
	c.sessionful.Initialize()
}

func (c *sessionRequest) NotificationChannel() chan<- mcp.JSONRPCNotification {
	if c.out.hasEvents() {
		return c.out.channel()
	}
	return c.sessionful.NotificationChannel()
}

// statelessRequest is one request without a session. mcp-go files requests under
// session and request id, and calls all sessions of this kind "": by an id of
// its own, a request can be cancelled by nobody who merely counts to 1 as well.
type statelessRequest struct {
	sessionless
	id  string
	out *responseWriter
}

func (c *statelessRequest) SessionID() string { return c.id }

func (c *statelessRequest) NotificationChannel() chan<- mcp.JSONRPCNotification {
	if c.out.hasEvents() {
		return c.out.channel()
	}
	return c.sessionless.NotificationChannel()
}
