package stdio

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

var errHungUp = errors.New("the client can't answer any more: its input has ended")

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
	broadcasts  outbox

	mu        sync.Mutex
	asked     int
	questions map[string]chan<- message // by the id of the request, as JSON
}

var (
	_ server.SessionWithElicitation     = (*request)(nil)
	_ server.SessionWithClientInfo      = (*request)(nil)
	_ server.SessionWithProtocolVersion = (*request)(nil)
)

func newSession(ctx context.Context, w *writer) *session {
	s := &session{id: "stdio-" + rand.Text(), w: w, questions: make(map[string]chan<- message)}
	s.open, s.hangUp = context.WithCancel(ctx)
	return s
}

func (s *session) SessionID() string { return s.id }
func (s *session) Initialize()       { s.initialized.Store(true) }
func (s *session) Initialized() bool { return s.initialized.Load() }

// NotificationChannel takes what is meant for the session and no request.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return s.broadcasts.channel(func(n mcp.JSONRPCNotification) { _ = s.w.send(n, nil) })
}

func (s *session) ProtocolVersion() string           { return load(&s.version, "") }
func (s *session) SetProtocolVersion(version string) { s.version.Store(&version) }

// A clientStore keeps what a client says of itself.
type clientStore struct {
	info atomic.Pointer[mcp.Implementation]
	caps atomic.Pointer[mcp.ClientCapabilities]
}

func (c *clientStore) SetClientInfo(info mcp.Implementation) { c.info.Store(&info) }
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
// or the input does. When ctx ends the client is told, so that its dialog can
// close; an answer that comes later is dropped. Only clients of revisions
// before 2026-07-28 may be asked so, see
// https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation.
func (s *session) RequestElicitation(ctx context.Context, req mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	switch {
	case server.IsModernRequest(ctx):
		return nil, server.ErrServerInitiatedRequestUnsupported
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case s.open.Err() != nil:
		return nil, errHungUp
	}
	id, answers := s.ask()
	defer s.forget(id)
	err := s.w.send(outgoing{
		JSONRPC: mcp.JSONRPC_VERSION, ID: id,
		Method: string(mcp.MethodElicitationCreate), Params: req.Params,
	}, nil)
	if err != nil {
		return nil, err
	}
	select {
	case a := <-answers:
		if err := ctx.Err(); err != nil {
			return nil, err // a yes that comes after the cancel is none
		}
		return elicited(a)
	case <-s.open.Done():
		return nil, errHungUp
	case <-ctx.Done():
		if s.forget(id) && s.open.Err() == nil {
			_ = s.w.send(outgoing{
				JSONRPC: mcp.JSONRPC_VERSION, Method: string(mcp.MethodNotificationCancelled),
				Params: map[string]string{"requestId": id},
			}, nil)
		}
		return nil, ctx.Err()
	}
}

// outgoing is a request or a notification of ours.
type outgoing struct {
	JSONRPC string `json:"jsonrpc"`
	ID      string `json:"id,omitempty"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// ask opens a question. The ids look like nobody else's.
func (s *session) ask() (string, <-chan message) {
	answers := make(chan message, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	id := "elicit-" + strconv.Itoa(s.asked)
	s.questions[strconv.Quote(id)] = answers
	return id, answers
}

// forget closes a question and says whether it was still open.
func (s *session) forget(id string) bool {
	key := strconv.Quote(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, open := s.questions[key]
	delete(s.questions, key)
	return open
}

// answered hands the client's response to the question it answers, if any.
func (s *session) answered(m message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answers, open := s.questions[string(m.ID)]; open {
		delete(s.questions, string(m.ID))
		answers <- m // the channel has room for the one answer
	}
}

func elicited(m message) (*mcp.ElicitationResult, error) {
	if present(m.Error) {
		var refusal struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		}
		_ = json.Unmarshal(m.Error, &refusal)
		return nil, fmt.Errorf("the client refused the question: %s (%d)", refusal.Message, refusal.Code)
	}
	result := new(mcp.ElicitationResult)
	if err := json.Unmarshal(m.Result, result); err != nil {
		return nil, fmt.Errorf("the client's answer can't be read: %w", err)
	}
	return result, nil
}
