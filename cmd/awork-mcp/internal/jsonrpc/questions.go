package jsonrpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// ErrHungUp means that nobody is there any more to answer a question.
var ErrHungUp = errors.New("the client can't answer any more: the server is ending, or its input has ended")

// Questions are the server's requests that a client has not answered yet. The zero
// value is ready.
type Questions struct {
	mu      sync.Mutex
	asked   int
	pending map[string]chan<- Message // by the id of the request, as JSON
}

// outgoing is a request or a notification of the server.
type outgoing struct {
	JSONRPC string `json:"jsonrpc"`
	ID      string `json:"id,omitempty"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// Elicit asks the client by send, which writes a message to it, and waits for
// the answer until ctx ends, or hungUp does, which gives ErrHungUp. Then the
// client is sent a cancel, so that its dialog can close; an answer that comes later
// is dropped. Only clients of revisions before 2026-07-28 may be asked like this:
// https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
func (q *Questions) Elicit(
	ctx, hungUp context.Context, req mcp.ElicitationRequest, send func(any) error,
) (*mcp.ElicitationResult, error) {
	if err := ended(ctx, hungUp); err != nil {
		return nil, err
	}
	id, answers := q.open()
	defer q.close(id)
	err := send(outgoing{
		JSONRPC: mcp.JSONRPC_VERSION, ID: id,
		Method: string(mcp.MethodElicitationCreate), Params: req.Params,
	})
	if err != nil {
		return nil, err
	}
	select {
	case a := <-answers:
		if err := ctx.Err(); err != nil {
			return nil, err // a yes that comes after the cancel does not count
		}
		return parseAnswer(a)
	case <-hungUp.Done():
	case <-ctx.Done():
	}
	if q.close(id) {
		_ = send(outgoing{
			JSONRPC: mcp.JSONRPC_VERSION, Method: string(mcp.MethodNotificationCancelled),
			Params: map[string]string{"requestId": id},
		})
	}
	return nil, ended(ctx, hungUp)
}

// ended returns why nobody waits for an answer any more, nil where somebody does.
func ended(ctx, hungUp context.Context) error {
	if hungUp.Err() != nil {
		return ErrHungUp
	}
	return ctx.Err()
}

// open opens a question. Its id is a string: mcp-go's own requests have numbers.
func (q *Questions) open() (string, <-chan Message) {
	answers := make(chan Message, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.pending == nil {
		q.pending = map[string]chan<- Message{}
	}
	q.asked++
	id := "elicit-" + strconv.Itoa(q.asked)
	q.pending[strconv.Quote(id)] = answers
	return id, answers
}

// close closes a question and reports whether it was open.
func (q *Questions) close(id string) bool {
	key := strconv.Quote(id)
	q.mu.Lock()
	defer q.mu.Unlock()
	_, open := q.pending[key]
	delete(q.pending, key)
	return open
}

// Answer passes the client's response to the question it answers, if that is still
// open. It reports false where the id is a number, which no question has.
func (q *Questions) Answer(m Message) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if answers, open := q.pending[string(m.ID)]; open {
		delete(q.pending, string(m.ID))
		answers <- m // never blocks: the channel is buffered, and this is its only message
	}
	return !usable(m.ID) || m.ID[0] == '"'
}

// parseAnswer reads the result of a question.
func parseAnswer(m Message) (*mcp.ElicitationResult, error) {
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
