package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/awork"
)

// spec is what is said of a tool.
type spec struct {
	name, title, description        string
	family                          string // familyDefault where empty
	writes, destructive, idempotent bool
	output                          []property
}

// property is one field of a tool's result, with its JSON type.
type property struct{ name, kind string }

// tool is one tool: what is said of it, and how a call of it runs.
type tool struct {
	spec
	input *jsonschema.Schema
	run   func(ctx context.Context, c *call, args json.RawMessage) (reply, error)
	// described is the tool as the protocol lists it; made once.
	described func() mcp.Tool
}

// change is what a plan says would happen, and to whom.
type change struct {
	// targets are the API users it would change, as they are now.
	targets []awork.APIUser
	deletes bool
	// issues: a key is made.
	issues bool
	// decided is what the plan made of the call's arguments: an answer to the
	// question is good for a call that comes to the same, however it is written.
	decided []any
	// records is what an answer to the question is bound to; the targets where
	// nil.
	records []awork.APIUser
	// detail is what else an answer is bound to.
	detail string
	// question says what is at stake; nil where nobody is asked.
	question func(context.Context) string
	// newRole is the role that would be given; nil where none is.
	newRole *role
	// perTarget: what policy forbids is told to spare and left out, and the rest
	// goes on.
	perTarget bool
	spare     func(awork.APIUser, error)
	// done answers the call where nothing is to be changed.
	done   reply
	commit func(context.Context) (reply, error)
}

// reading makes a tool that only reads.
func reading[In any](s spec, fields func(*In) []field, read func(context.Context, *call, In) (reply, error)) *tool {
	return &tool{spec: s, input: schemaOf(fields(new(In))), run: func(ctx context.Context, c *call, args json.RawMessage) (reply, error) {
		in := new(In)
		if err := c.decode(args, fields(in), in); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, c.tools.deadline)
		defer cancel()
		return read(ctx, c, *in)
	}}
}

// writing makes a tool that changes something: its plan reads what it needs and
// says what would change, policy and confirmation decide, its commit does it.
func writing[In any](s spec, fields func(*In) []field, plan func(context.Context, *call, In) (*change, error)) *tool {
	s.writes = true
	return &tool{spec: s, input: schemaOf(fields(new(In))), run: func(ctx context.Context, c *call, args json.RawMessage) (reply, error) {
		in := new(In)
		all := fields(in)
		if c.tools.confirm == ConfirmStrict {
			all = append(all, codeField(&c.code))
		}
		if err := c.decode(args, all, in); err != nil {
			return nil, err
		}
		planned := func() (*change, error) {
			return c.plan(ctx, func(ctx context.Context) (*change, error) { return plan(ctx, c, *in) })
		}
		ch, err := planned()
		if err != nil {
			return nil, err
		}
		if ch.done != nil {
			return ch.done, nil
		}
		ch, pending, err := c.tools.confirmation(ctx, c, ch, planned)
		if err != nil || pending != nil {
			return pending, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, c.tools.deadline)
		defer cancel()
		c.committing = true
		c.account = &Account{client: c.account.client.Pin(c.token), directory: c.account.directory}
		return ch.commit(ctx)
	}}
}

// settle is the pause between the last progress and the answer: the TypeScript
// SDKs drop a notification that they read together with its answer.
const settle = 10 * time.Millisecond

// handler runs a tool for the protocol. Whatever goes wrong is a result.
func (t *Tools) handler(tool *tool) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		c := t.newCall(ctx, tool)
		c.state, c.answers = req.Params.RequestState, req.Params.InputResponses
		if req.Params.Meta != nil {
			c.progressToken = req.Params.Meta.ProgressToken
		}
		args, err := rawArguments(req)
		if err != nil {
			return c.toolResult(ctx, c.failure(err))
		}
		reply := t.run(ctx, tool, c, args)
		if c.progressed.Load() {
			time.Sleep(settle)
		}
		return c.toolResult(ctx, reply)
	}
}

func (t *Tools) newCall(ctx context.Context, tool *tool) *call {
	return &call{tools: t, account: t.accountFor(ctx), spec: &tool.spec, doing: tool.title, progressed: new(atomic.Bool), caller: callerFrom(ctx).Name}
}

// call runs a tool that reads, for a resource; it gives the result and its JSON.
func (t *Tools) call(ctx context.Context, name string, arguments map[string]any) (*Result, []byte, error) {
	tool := t.find(name)
	c := t.newCall(ctx, tool)
	r := t.run(ctx, tool, c, mustMarshal(arguments))
	b, err := c.json(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	shown := new(Result)
	return shown, b, json.Unmarshal(b, shown)
}

// run runs a tool through the pipeline and logs the call.
func (t *Tools) run(ctx context.Context, tool *tool, c *call, args json.RawMessage) (r reply) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			r = c.inside(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		c.complete(ctx, r.result())
		took := time.Since(start)
		t.logCall(ctx, c, r.result(), took)
		t.observe(tool.name, r.result().Outcome, took)
	}()
	if !callerFrom(ctx).may(tool) {
		return c.failure(refuse(Blocked, "This caller may not use %s.", tool.name))
	}
	if c.account != nil && c.account.client.HoldsToken(ctx, args) {
		return c.failure(refuse(InvalidInput, "An argument holds this server's awork token. Tokens have no place in arguments: leave it out, and have it replaced in awork if a model has seen it."))
	}
	r, err := tool.run(ctx, c, args)
	if err != nil {
		return c.failure(err)
	}
	return r
}

func rawArguments(req mcp.CallToolRequest) (json.RawMessage, error) {
	if len(req.Params.RawArguments) > 0 || req.Params.Arguments == nil {
		return req.Params.RawArguments, nil
	}
	return json.Marshal(req.Params.Arguments)
}
