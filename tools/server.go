package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// instructions is what the server tells a model about itself.
const instructions = "Manages the API users of one awork workspace; an awork API key is the token of an API " +
	"user, and an API user without a role is an admin. " +
	"Find ids with list_api_users before you change anything, and read outcome and message of every result: " +
	"deleted, created and updated mean that it is done, partial and unknown that something may have changed. " +
	"Never ask for, show or pass on tokens or keys."

// Server makes an MCP server of the given version that offers the tools, and
// the resources and prompts that go with them.
func (t *Tools) Server(version string) *server.MCPServer {
	listing := &listing{tools: t, described: map[string]mcp.Tool{}}
	hooks := &server.Hooks{}
	hooks.AddBeforeReadResource(t.markMissing)
	hooks.AddAfterListTools(listing.describe)
	showIcons(hooks, version)
	options := []server.ServerOption{
		server.WithTitle(serverTitle),
		server.WithInstructions(instructions),
		// The lists never change while the server runs.
		server.WithToolCapabilities(false),
		server.WithResourceCapabilities(false, false),
		server.WithPromptCapabilities(false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completion{t}),
		server.WithResourceCompletionProvider(completion{t}),
		server.WithToolFilter(t.filterTools),
		server.WithPromptFilter(t.filterPrompts),
		server.WithHooks(hooks),
	}
	if t.showsView() {
		options = append(options, server.WithExtensions(map[string]any{viewExtension: map[string]any{}}))
	}
	s := server.NewMCPServer(serverName, version, options...)
	for _, tool := range t.chosen {
		s.AddTool(mcp.Tool{Name: tool.name}, t.handler(tool)) // listing describes it
	}
	t.addResources(s)
	if t.showsView() {
		addView(s)
	}
	t.addPrompts(s)
	return s
}

// listing describes tools when a client lists them: schemas are not made at the
// start, which most hosts wait for.
type listing struct {
	tools     *Tools
	mu        sync.Mutex
	described map[string]mcp.Tool
}

func (l *listing) describe(_ context.Context, _ any, _ *mcp.ListToolsRequest, listed *mcp.ListToolsResult) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, tool := range listed.Tools {
		described, ok := l.described[tool.Name]
		if !ok {
			described = l.tools.find(tool.Name).describe(l.tools.listCode, !l.tools.noView)
			l.described[tool.Name] = described
		}
		listed.Tools[i] = described
	}
}

// find returns the tool of that name that exists under the policy; nil where there
// is none.
func (t *Tools) find(name string) *tool {
	if i := slices.IndexFunc(t.chosen, func(tool *tool) bool { return tool.name == name }); i >= 0 {
		return t.chosen[i]
	}
	return nil
}

// showsView reports whether there is a view and the tool that it is of.
func (t *Tools) showsView() bool { return !t.noView && t.find(viewTool) != nil }

// filterTools leaves the tools that the caller may use; mcp-go asks it for lists
// and for calls.
func (t *Tools) filterTools(ctx context.Context, list []mcp.Tool) []mcp.Tool {
	caller := call.CallerFrom(ctx)
	return slices.DeleteFunc(list, func(listed mcp.Tool) bool {
		tool := t.find(listed.Name)
		return tool == nil || !caller.May(tool.writes)
	})
}

// progressPause is the pause between the last progress and the answer: the
// TypeScript SDKs drop a notification that they read together with its answer.
const progressPause = 10 * time.Millisecond

// handler runs a tool for the protocol. Whatever goes wrong is a result.
func (t *Tools) handler(tool *tool) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		arguments, err := rawArguments(req)
		if err != nil {
			return nil, err
		}
		r := call.Request{Answer: confirm.Answer{State: req.Params.RequestState, Responses: req.Params.InputResponses}}
		if req.Params.Meta != nil {
			r.ProgressToken = req.Params.Meta.ProgressToken
		}
		c := t.newCall(ctx, tool, r)
		reply, pending := t.run(c, tool, arguments)
		if c.Progressed() {
			time.Sleep(progressPause)
		}
		if pending != nil {
			return server.NewInputRequestBuilder(pending.State).Elicit(confirm.FormKey, pending.Params).ToolResult(), nil
		}
		return toolResult(c, reply)
	}
}

func rawArguments(req mcp.CallToolRequest) (json.RawMessage, error) {
	if len(req.Params.RawArguments) > 0 || req.Params.Arguments == nil {
		return req.Params.RawArguments, nil
	}
	return json.Marshal(req.Params.Arguments)
}

func (t *Tools) newCall(ctx context.Context, tool *tool, r call.Request) *call.Call {
	return t.server.New(
		ctx,
		call.AccountFrom(ctx, t.account),
		call.Tool{Name: tool.name, Title: tool.title, Writes: tool.writes},
		r,
	)
}

// toolResult returns the protocol's result of a reply, with the token redacted:
// cleaning may have joined what hidden characters separated.
func toolResult(c *call.Call, r result.Reply) (*mcp.CallToolResult, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	b = c.Redact(b)
	return &mcp.CallToolResult{
		Content:              []mcp.Content{mcp.NewTextContent(string(b))},
		StructuredContent:    json.RawMessage(b),
		RawStructuredContent: b,
		IsError:              r.Base().Outcome.IsError(),
	}, nil
}

// run runs a call and logs it. pending is the question that has to be answered
// first; nil where there is none.
func (t *Tools) run(
	c *call.Call,
	tool *tool,
	arguments json.RawMessage,
) (r result.Reply, pending *confirm.PendingError) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			r, pending = c.Describe(fmt.Errorf("panic: %v\n%s", p, debug.Stack())), nil
		}
		c.Complete(r.Base())
		took := time.Since(start)
		t.logCall(c, tool, r.Base(), took)
		if t.observe != nil {
			t.observe(tool.name, r.Base().Outcome, took)
		}
	}()
	r, err := t.checked(c, tool, arguments)
	if errors.As(err, &pending) {
		return &result.Result{Outcome: result.InputRequired}, pending
	}
	if preview, ok := call.Preview(err); ok {
		return preview, nil
	}
	if err != nil {
		return c.Describe(err), nil
	}
	return r, nil
}

// checked runs a tool that the caller may use.
func (t *Tools) checked(c *call.Call, tool *tool, arguments json.RawMessage) (result.Reply, error) {
	if !c.Caller().May(tool.writes) {
		return nil, result.Refuse(result.Blocked, "This caller may not use %s.", tool.name)
	}
	return tool.run(c, arguments)
}

func (t *Tools) logCall(c *call.Call, tool *tool, r *result.Result, took time.Duration) {
	ctx := c.Incoming()
	if !t.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	attrs := []slog.Attr{
		slog.String("tool", tool.name),
		slog.String("outcome", string(r.Outcome)),
		slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	for _, a := range []slog.Attr{slog.String("apiUserId", r.APIUserID), slog.String("caller", c.Caller().Name),
		slog.String("traceparent", awork.Traceparent(ctx))} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if tool.writes {
		attrs = append(attrs, slog.String("workspace", r.Workspace))
	}
	t.log.LogAttrs(ctx, slog.LevelInfo, "tool call", attrs...)
}
