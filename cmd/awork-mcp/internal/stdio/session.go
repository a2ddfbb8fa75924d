package stdio

import (
	"cmp"
	"context"
	"crypto/rand"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/outbox"
)

// A session is the one client of a Serve. It has no logging: the protocol
// deprecates it.
type session struct {
	clientStore
	id     string
	w      *writer
	open   context.Context // ends with the input
	hangUp context.CancelFunc

	initialized atomic.Bool
	version     atomic.Pointer[string]
	broadcasts  outbox.Outbox
	questions   jsonrpc.Questions
}

var (
	_ server.SessionWithElicitation     = (*request)(nil)
	_ server.SessionWithClientInfo      = (*request)(nil)
	_ server.SessionWithProtocolVersion = (*request)(nil)
)

func newSession(ctx context.Context, w *writer) *session {
	s := &session{id: "stdio-" + rand.Text(), w: w}
	s.open, s.hangUp = context.WithCancel(ctx)
	return s
}

func (s *session) SessionID() string { return s.id }
func (s *session) Initialize()       { s.initialized.Store(true) }
func (s *session) Initialized() bool { return s.initialized.Load() }

// NotificationChannel takes notifications that belong to no request.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return s.broadcasts.Channel(func(n mcp.JSONRPCNotification) { _ = s.w.send(n, nil) })
}

func (s *session) ProtocolVersion() string           { return load(&s.version, "") }
func (s *session) SetProtocolVersion(version string) { s.version.Store(&version) }

// A clientStore holds what a client says of itself.
type clientStore struct {
	info atomic.Pointer[mcp.Implementation]
	caps atomic.Pointer[mcp.ClientCapabilities]
}

// SetClientInfo stores what a client says of itself. One that gives no name gets
// one: without, it would count as a client that declared nothing of its forms either.
func (c *clientStore) SetClientInfo(info mcp.Implementation) {
	info.Name = cmp.Or(info.Name, "unnamed")
	c.info.Store(&info)
}

func (c *clientStore) GetClientInfo() mcp.Implementation {
	return load(&c.info, mcp.Implementation{})
}
func (c *clientStore) SetClientCapabilities(caps mcp.ClientCapabilities) { c.caps.Store(&caps) }
func (c *clientStore) GetClientCapabilities() mcp.ClientCapabilities {
	return load(&c.caps, mcp.ClientCapabilities{})
}

func load[T any](p *atomic.Pointer[T], otherwise T) T {
	if v := p.Load(); v != nil {
		return *v
	}
	return otherwise
}

// RequestElicitation asks the client and waits for the answer, until ctx ends
// or the input does; see [jsonrpc.Questions].
func (s *session) RequestElicitation(ctx context.Context, req mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	if server.IsModernRequest(ctx) {
		return nil, server.ErrServerInitiatedRequestUnsupported
	}
	return s.questions.Elicit(ctx, s.open, req, func(message any) error {
		if s.open.Err() != nil {
			return jsonrpc.ErrHungUp // nobody reads a cancel either
		}
		return s.w.send(message, nil)
	})
}
