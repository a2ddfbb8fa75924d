package mcptest

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// InProcess returns a client of a server in the same process, with no transport
// between them. A request's context is its handler's, with a session in it that
// takes notifications and, in the legacy era, questions.
func InProcess(t T, s *server.MCPServer, o Options) *Client {
	t.Helper()
	c := newClient(t, o)
	p := &inProcess{client: c, server: s, questions: map[string]chan json.RawMessage{}}
	c.link = p
	c.initialize(string(Legacy))
	return c
}

type inProcess struct {
	client *Client
	server *server.MCPServer
	asked  atomic.Int64

	mu           sync.Mutex
	info         mcp.Implementation     // of initialize,
	capabilities mcp.ClientCapabilities // as are these
	questions    map[string]chan json.RawMessage
}

func (p *inProcess) send(ctx context.Context, id string, text []byte) {
	var m Reply
	if json.Unmarshal(text, &m) == nil && m.Method == "" && m.Result != nil {
		p.answer(string(m.ID), m.Result)
		return
	}
	if id != "" && m.Method != "initialize" {
		go p.handle(ctx, id, text)
		return
	}
	p.handle(ctx, id, text)
}

// answer hands the client's answer to the question that waits for it.
func (p *inProcess) answer(id string, result json.RawMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if waiting, ok := p.questions[id]; ok {
		delete(p.questions, id)
		waiting <- result
	}
}

// handle has the server handle a message. Its notifications come before the answer.
func (p *inProcess) handle(ctx context.Context, id string, text []byte) {
	defer p.client.giveUp(id)
	p.mu.Lock()
	s := &session{p: p, info: p.info, capabilities: p.capabilities, notes: make(chan mcp.JSONRPCNotification, 256)}
	p.mu.Unlock()
	handled, written := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(written)
		s.forward(handled)
	}()
	answer := p.server.HandleMessage(p.server.WithContext(ctx, s), text)
	close(handled)
	<-written
	s.remember()
	if answer != nil {
		p.client.receiveText("the server", encode(answer))
	}
}

// session is what the server knows of the client during one request.
type session struct {
	p     *inProcess
	notes chan mcp.JSONRPCNotification

	mu           sync.Mutex
	initialized  bool
	info         mcp.Implementation
	capabilities mcp.ClientCapabilities
}

var (
	_ server.SessionWithElicitation = (*session)(nil)
	_ server.SessionWithClientInfo  = (*session)(nil)
)

// forward passes notifications on until the handler has returned.
func (s *session) forward(handled <-chan struct{}) {
	for {
		select {
		case n := <-s.notes:
			s.p.client.receiveText("the server", encode(n))
		case <-handled:
			for range len(s.notes) {
				s.p.client.receiveText("the server", encode(<-s.notes))
			}
			return
		}
	}
}

// remember has later requests know what initialize declared. Modern requests declare it
// each for itself.
func (s *session) remember() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.initialized && s.p.client.era == Legacy {
		s.p.mu.Lock()
		defer s.p.mu.Unlock()
		s.p.info, s.p.capabilities = s.info, s.capabilities
	}
}

func (s *session) SessionID() string                                   { return "mcptest" }
func (s *session) Initialized() bool                                   { return true }
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notes }

func (s *session) Initialize() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.initialized = true
}

func (s *session) GetClientInfo() mcp.Implementation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

func (s *session) SetClientInfo(info mcp.Implementation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.info = info
}

func (s *session) GetClientCapabilities() mcp.ClientCapabilities {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.capabilities
}

func (s *session) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.capabilities = capabilities
}

// RequestElicitation asks the client and waits for its answer.
func (s *session) RequestElicitation(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	id := encode("question-" + strconv.FormatInt(s.p.asked.Add(1), 10))
	answer := make(chan json.RawMessage, 1)
	s.p.mu.Lock()
	s.p.questions[string(id)] = answer
	s.p.mu.Unlock()
	question := Reply{JSONRPC: "2.0", ID: id, Method: string(mcp.MethodElicitationCreate), Params: encode(r.Params)}
	s.p.client.receive(question)
	select {
	case result := <-answer:
		parsed := new(mcp.ElicitationResult)
		return parsed, json.Unmarshal(result, parsed)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
