package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

// spec is what is said of a tool.
type spec struct {
	name, title, description        string
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
}

// change is what a plan says would happen, and to whom.
type change struct {
	// targets are the API users it would change, as they are now.
	targets []awork.APIUser
	deletes bool
	// newRole is the role that would be given; nil where none is.
	newRole *role
	// oldAdmin says why a target that gets another role counts as an admin now.
	oldAdmin string
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
		if err := c.decode(args, fields(in), in); err != nil {
			return nil, err
		}
		ch, err := c.plan(ctx, func(ctx context.Context) (*change, error) { return plan(ctx, c, *in) })
		if err != nil {
			return nil, err
		}
		if ch.done != nil {
			return ch.done, nil
		}
		if err := c.tools.allow(ch, c.identity); err != nil {
			return nil, err
		}
		if err := c.tools.confirmed(ctx, c, ch); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, c.tools.deadline)
		defer cancel()
		c.committing = true
		return ch.commit(ctx)
	}}
}

// call is one call of a tool.
type call struct {
	tools *Tools
	// progressToken is the client's, where it wants progress.
	progressToken mcp.ProgressToken
	spec          *spec
	// doing completes "to …" in messages; plans make it more precise.
	doing string
	// subject is the API user that the call names; nil where it names none.
	subject uuid.UUID
	// identity is who the token is, once known.
	identity   *awork.Identity
	committing bool
}

// subjectOf is implemented by the arguments of tools that take an apiUserId.
type hasSubject interface{ subject() uuid.UUID }

func (c *call) decode(args json.RawMessage, fields []field, in any) error {
	err := decode(args, fields)
	if s, ok := in.(hasSubject); ok {
		c.subject = s.subject()
	}
	return err
}

// plan runs a plan beside the look-up of who the token is, without which no
// write goes on.
func (c *call) plan(ctx context.Context, plan func(context.Context) (*change, error)) (*change, error) {
	ctx, cancel := context.WithTimeout(ctx, c.tools.deadline)
	defer cancel()
	var g errgroup.Group
	var meErr error
	g.Go(func() error {
		c.identity, meErr = c.tools.directory.me(ctx)
		return nil
	})
	ch, err := plan(ctx)
	_ = g.Wait()
	if meErr != nil {
		return nil, meErr
	}
	return ch, err
}

// permission is what awork asks for to let the call's tool work.
func (c *call) permission() string {
	if c.spec.writes {
		return awork.WriteManageConfig
	}
	return awork.ReadManageConfig
}

// handler runs a tool for the protocol. Whatever goes wrong is a result.
func (t *Tools) handler(tool *tool) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		c := &call{tools: t, spec: &tool.spec, doing: tool.title}
		if req.Params.Meta != nil {
			c.progressToken = req.Params.Meta.ProgressToken
		}
		args, err := rawArguments(req)
		if err != nil {
			return toolResult(c.failure(err))
		}
		return toolResult(t.run(ctx, tool, c, args))
	}
}

// call runs a tool that reads on the server's own account, for a resource.
func (t *Tools) call(ctx context.Context, name string, arguments map[string]any) reply {
	tool := t.find(name)
	return t.run(ctx, tool, &call{tools: t, spec: &tool.spec, doing: tool.title}, mustMarshal(arguments))
}

// run runs a tool through the pipeline and logs the call.
func (t *Tools) run(ctx context.Context, tool *tool, c *call, args json.RawMessage) (r reply) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			r = c.inside(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		c.complete(ctx, r.result())
		t.logCall(ctx, c, r.result(), time.Since(start))
	}()
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

// progress tells the client how far a call is, if it wants to know. It is a
// courtesy: nothing depends on its arrival.
func (c *call) progress(ctx context.Context, done, total int, message string) {
	s := server.ServerFromContext(ctx)
	if c.progressToken == nil || s == nil {
		return
	}
	_ = s.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{
		"progressToken": c.progressToken, "progress": done, "total": total, "message": message})
}

// complete adds what every result of a call carries.
func (c *call) complete(ctx context.Context, r *Result) {
	if c.subject != uuid.Nil {
		r.APIUserID = c.subject.String()
	}
	if c.spec.writes {
		r.Workspace = c.workspace(ctx)
	}
}

// workspace names the workspace of a write, or the API's host while awork has
// not told the name. It asks awork nothing.
func (c *call) workspace(ctx context.Context) string {
	me := c.identity
	if me == nil {
		me = c.tools.directory.knownMe(ctx)
	}
	if me == nil || clean(me.Workspace.Name) == "" {
		return c.tools.client.Host()
	}
	return clean(me.Workspace.Name)
}

func (t *Tools) logCall(ctx context.Context, c *call, r *Result, took time.Duration) {
	attrs := []slog.Attr{slog.String("tool", c.spec.name), slog.String("outcome", string(r.Outcome)), slog.Float64("ms", float64(took.Microseconds())/1000)}
	if r.APIUserID != "" {
		attrs = append(attrs, slog.String("apiUserId", r.APIUserID))
	}
	if c.spec.writes {
		attrs = append(attrs, slog.String("workspace", r.Workspace))
	}
	t.log.LogAttrs(ctx, slog.LevelInfo, "tool call", attrs...)
}
