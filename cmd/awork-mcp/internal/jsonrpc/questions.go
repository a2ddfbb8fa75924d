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

// ErrHungUp says that nobody is there any more to answer a question.
var ErrHungUp = errors.New("the client can't answer any more: the server is ending, or its input has ended")

// Questions are the requests of ours that a client is yet to answer. The zero
// value is ready.
type Questions struct {
	mu    sync.Mutex
	asked int
	open  map[string]chan<- Message // by the id of the request, as JSON
}

// outgoing is a request or a notification of ours.
type outgoing struct {
	JSONRPC string `json:"jsonrpc"`
	ID      string `json:"id,omitempty"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// Elicit asks the client by send, which writes a message to it, and waits for
// the answer until ctx ends, or hungUp does, which gives ErrHungUp. Then the
// client is told, so that its dialog can close; an answer that comes later is
// dropped. Only clients of revisions before 2026-07-28 may be asked so:
// https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
func (q *Questions) Elicit(ctx, hungUp context.Context, req mcp.ElicitationRequest, send func(any) error) (*mcp.ElicitationResult, error) {
	over := func() error {
		if hungUp.Err() != nil {
			return ErrHungUp
		}
		return ctx.Err()
	}
	if err := over(); err != nil {
		return nil, err
	}
	id, answers := q.ask()
	defer q.forget(id)
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
			return nil, err // a yes that comes after the cancel is none
		}
		return elicited(a)
	case <-hungUp.Done():
	case <-ctx.Done():
	}
	if q.forget(id) {
		_ = send(outgoing{
			JSONRPC: mcp.JSONRPC_VERSION, Method: string(mcp.MethodNotificationCancelled),
			Params: map[string]string{"requestId": id},
		})
	}
	return nil, over()
}

// ask opens a question. The ids look like nobody else's.
func (q *Questions) ask() (string, <-chan Message) {
	answers := make(chan Message, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == nil {
		q.open = map[string]chan<- Message{}
	}
	q.asked++
	id := "elicit-" + strconv.Itoa(q.asked)
	q.open[strconv.Quote(id)] = answers
	return id, answers
}

// forget closes a question and says whether it was still open.
func (q *Questions) forget(id string) bool {
	key := strconv.Quote(id)
	q.mu.Lock()
	defer q.mu.Unlock()
	_, open := q.open[key]
	delete(q.open, key)
	return open
}

// Answer hands the client's response to the question it answers, if that is still
// open. It reports false where the id is a number: no question has such a one.
func (q *Questions) Answer(m Message) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if answers, open := q.open[string(m.ID)]; open {
		delete(q.open, string(m.ID))
		answers <- m // the channel has room for the one answer
	}
	return !usable(m.ID) || m.ID[0] == '"'
}

func elicited(m Message) (*mcp.ElicitationResult, error) {
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
