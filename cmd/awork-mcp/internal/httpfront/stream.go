package httpfront

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// stream is an open stream of the legacy transport, and its client's session.
type stream struct {
	id            string
	owner         string
	ctx           context.Context
	notifications chan mcp.JSONRPCNotification
	answers       chan answer
	initialized   atomic.Bool

	mu           sync.Mutex
	client       mcp.Implementation
	capabilities mcp.ClientCapabilities
}

// answer is written to a stream, and said to be.
type answer struct {
	data    []byte
	written chan struct{}
}

func newStream(ctx context.Context, id, owner string) *stream {
	return &stream{
		id:            id,
		owner:         owner,
		ctx:           ctx,
		notifications: make(chan mcp.JSONRPCNotification, 100),
		answers:       make(chan answer),
	}
}

// answer returns when the client has been sent the data, or is gone.
func (s *stream) answer(data []byte) {
	a := answer{data, make(chan struct{})}
	select {
	case s.answers <- a:
		<-a.written
	case <-s.ctx.Done():
	}
}

func (s *stream) SessionID() string { return s.id }
func (s *stream) Initialize()       { s.initialized.Store(true) }
func (s *stream) Initialized() bool { return s.initialized.Load() }

func (s *stream) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notifications }

func (s *stream) GetClientInfo() mcp.Implementation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client
}

func (s *stream) SetClientInfo(client mcp.Implementation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client = client
}

func (s *stream) GetClientCapabilities() mcp.ClientCapabilities {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.capabilities
}

func (s *stream) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.capabilities = capabilities
}

var _ server.SessionWithClientInfo = (*stream)(nil)
