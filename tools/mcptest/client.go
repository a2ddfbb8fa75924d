// Package mcptest has the MCP clients of this module's tests: in process, over
// pipes and over HTTP, in both eras of the protocol, with and without forms. They
// know the protocol and nothing of awork, and share no code with the server.
//
//	c := mcptest.InProcess(t, server, mcptest.Options{Answer: func(q mcptest.Question) mcptest.Answer {
//		return mcptest.Accept(map[string]any{"confirm": true})
//	}})
//	r := c.Call(ctx, "delete_api_user", map[string]any{"apiUserId": id})
//	result, err := r.ToolResult()
//
// A test that looks at single messages uses [Client.Begin], [Client.Send] and
// [Client.Notes], or makes them with [Message] and reads them with [ParseReply].
package mcptest

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// T is what of a [testing.TB] a client uses.
type T interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Options are what a client is like. The zero value is a modern client without
// forms.
type Options struct {
	Era Era
	// Forms says that the client can show forms. Answer implies it.
	Forms bool
	// Answer answers questions. Without it they come as they are: with [Client.Notes]
	// in the legacy era, as the result of the call in the modern one.
	Answer func(Question) Answer
	// SkipInitialize leaves the handshake of a legacy client to the test.
	SkipInitialize bool
}

func (o Options) capabilities() map[string]any {
	if o.Forms || o.Answer != nil {
		return Forms()
	}
	return map[string]any{}
}

// timeout bounds handshakes. No test waits for it.
const timeout = 30 * time.Second

// Client is a client of one server. Its methods may be called at once.
type Client struct {
	t      T
	era    Era
	o      Options
	link   link
	lastID atomic.Int64
	notes  chan Reply

	mu      sync.Mutex
	waiting map[string]chan Reply // by the id of the request, as JSON; nil when none can come any more
}

// link carries a client's messages. What comes goes to the client's receive.
type link interface {
	// send does not wait for the answer to a request. id is "" for other messages.
	send(ctx context.Context, id string, text []byte)
}

func newClient(t T, o Options) *Client {
	if o.Era == "" {
		o.Era = Modern
	}
	return &Client{t: t, era: o.Era, o: o, notes: make(chan Reply, 1000), waiting: map[string]chan Reply{}}
}

// initialize shakes hands, which the modern era does not need.
func (c *Client) initialize(revision string) {
	c.t.Helper()
	if c.era == Modern || c.o.SkipInitialize {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if r := c.Ask(ctx, "initialize", Hello(revision, c.o.capabilities())); r.Error != nil {
		c.t.Fatalf("initialize: %+v", *r.Error)
	}
	c.Notify("notifications/initialized", nil)
}

// Era returns the client's era.
func (c *Client) Era() Era { return c.era }

// Notes returns where notifications come, and whatever else answers no request.
func (c *Client) Notes() <-chan Reply { return c.notes }

// Begin sends a request, and returns its id and where the answer will come. The
// channel is closed where none can come any more.
func (c *Client) Begin(ctx context.Context, method string, params map[string]any) (int64, <-chan Reply) {
	id := c.lastID.Add(1)
	key := strconv.FormatInt(id, 10)
	answer := c.Expect(key)
	c.link.send(ctx, key, message(c.era, id, method, params, c.o.capabilities()))
	return id, answer
}

// Expect returns where the answer to the request of this id, as JSON, will come.
// It is for requests that the test sends by itself.
func (c *Client) Expect(id string) <-chan Reply {
	answer := make(chan Reply, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting == nil {
		close(answer)
	} else {
		c.waiting[id] = answer
	}
	return answer
}

// Ask sends a request and waits for the answer.
func (c *Client) Ask(ctx context.Context, method string, params map[string]any) Reply {
	c.t.Helper()
	_, answer := c.Begin(ctx, method, params)
	select {
	case r, came := <-answer:
		if !came {
			c.t.Fatalf("%s: no answer can come any more", method)
		}
		return r
	case <-ctx.Done():
		c.t.Fatalf("%s: %v", method, ctx.Err())
		return Reply{}
	}
}

// Call calls a tool, and again with the answers while it asks for some and the
// client has any to give.
func (c *Client) Call(ctx context.Context, tool string, arguments any) Reply {
	c.t.Helper()
	return c.CallWith(ctx, ToolCall(tool, arguments))
}

// CallWith is Call with all params of tools/call.
func (c *Client) CallWith(ctx context.Context, params map[string]any) Reply {
	c.t.Helper()
	for {
		r := c.Ask(ctx, "tools/call", params)
		asks, err := r.ToolResult()
		if err != nil || asks.ResultType != "input_required" || c.o.Answer == nil {
			return r
		}
		answers := map[string]any{}
		for key, q := range asks.InputRequests {
			answers[key] = c.o.Answer(q.Params)
		}
		params = maps.Clone(params)
		params["requestState"], params["inputResponses"] = asks.RequestState, answers
	}
}

// Notify sends a notification.
func (c *Client) Notify(method string, params map[string]any) {
	c.Send(Message(c.era, nil, method, params))
}

// Cancel tells the server that nobody wants the answer to a request any more.
func (c *Client) Cancel(id int64) {
	c.Notify("notifications/cancelled", map[string]any{"requestId": id})
}

// Respond answers a request of the server.
func (c *Client) Respond(id json.RawMessage, result any) { c.Send(Response(id, result)) }

// Send sends a message that waits for no answer.
func (c *Client) Send(text []byte) { c.link.send(context.Background(), "", text) }

// receive takes a message of the server.
func (c *Client) receive(r Reply) {
	if r.Method == "elicitation/create" && c.o.Answer != nil {
		var q Question
		if err := json.Unmarshal(r.Params, &q); err != nil {
			c.t.Errorf("the question %s: %v", r.Params, err)
		}
		go c.Respond(r.ID, c.o.Answer(q)) // the server may be writing still
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, ok := c.waiting[string(r.ID)]
	if !ok || r.Method != "" {
		c.notes <- r
		return
	}
	delete(c.waiting, string(r.ID))
	answer <- r
}

// receiveText takes a message of the server as it was written.
func (c *Client) receiveText(where string, text []byte) {
	r, err := ParseReply(text)
	if err != nil {
		c.t.Errorf("%s carries what is no message (%v): %.200q", where, err, text)
		return
	}
	c.receive(r)
}

// giveUp closes the channel of a request that gets no answer any more.
func (c *Client) giveUp(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer, ok := c.waiting[id]; ok {
		delete(c.waiting, id)
		close(answer)
	}
}

// hangUp is giveUp for all requests, and for those to come.
func (c *Client) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, answer := range c.waiting {
		close(answer)
	}
	c.waiting = nil
}
