package httpserver

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// stream is an open stream of the legacy transport, and its client's session.
type stream struct {
	id            string
	owner         owner
	ctx           context.Context
	notifications chan mcp.JSONRPCNotification
	answers       chan answer
	initialized   atomic.Bool

	mu sync.Mutex
	// running are the requests in flight by id, and whether their client has
	// cancelled them: it gets no answer to those.
	running      map[string]bool
	client       mcp.Implementation
	capabilities mcp.ClientCapabilities
}

// answer is written to a stream, which closes written then.
type answer struct {
	data    []byte
	written chan struct{}
}

func newStream(ctx context.Context, id string, o owner) *stream {
	return &stream{
		id:            id,
		owner:         o,
		ctx:           ctx,
		notifications: make(chan mcp.JSONRPCNotification, 100),
		answers:       make(chan answer),
		running:       map[string]bool{},
	}
}

// begin records a request.
func (s *stream) begin(m jsonrpc.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running[string(m.ID)] = false
}

// noteCancel records a notification that cancels a request in flight.
func (s *stream) noteCancel(m jsonrpc.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.running[string(m.Cancels())]; ok {
		s.running[string(m.Cancels())] = true
	}
}

// end forgets a request, and reports whether its client wants the answer.
func (s *stream) end(m jsonrpc.Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	cancelled := s.running[string(m.ID)]
	delete(s.running, string(m.ID))
	return !cancelled
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

// run writes the stream until it ends. Notifications that were sent before an
// answer are written before it.
func (s *stream) run(w http.ResponseWriter) {
	for {
		var err error
		select {
		case <-s.ctx.Done():
			return
		case n := <-s.notifications:
			err = writeNotification(w, n)
		case a := <-s.answers:
			err = s.writeAnswer(w, a)
		}
		if err != nil {
			return
		}
	}
}

func (s *stream) writeAnswer(w http.ResponseWriter, a answer) error {
	defer close(a.written)
	for len(s.notifications) > 0 {
		if err := writeNotification(w, <-s.notifications); err != nil {
			return err
		}
	}
	return writeEvent(w, "message", a.data)
}
