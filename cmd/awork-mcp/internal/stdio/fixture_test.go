package stdio

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// What the two eras of the protocol look like.
const (
	initialize = `{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",` +
		`"clientInfo":{"name":"host","version":"1"},"capabilities":{"elicitation":{}}}}`
	meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
		`"io.modelcontextprotocol/clientCapabilities":{}}`
	listen = `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{` +
		`"notifications":{"toolsListChanged":true},` + meta + `}}`
)

var eras = []string{"legacy", "modern"}

func (h *host) open(era string) {
	h.t.Helper()
	if era == "legacy" {
		h.send(initialize)
		if r := h.next(); r.Error != nil {
			h.t.Fatalf("initialize: %+v", r)
		}
	}
}

// call is a tools/call; its id is given as JSON.
func call(era, id, tool, args string) string {
	extra := ""
	if era == "modern" {
		extra = "," + meta
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":%s%s}}`,
		id, tool, args, extra)
}

func blocks(era string, from, n int) []string {
	lines := make([]string, n)
	for i := range lines {
		id := strconv.Itoa(from + i)
		lines[i] = call(era, id, "block", `{"id":"`+id+`"}`)
	}
	return lines
}

func cancelOf(id string) string {
	return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`
}

// server has the tools that the tests call.
func (h *host) server(opts ...server.ServerOption) *server.MCPServer {
	s := server.NewMCPServer("test", "1", append([]server.ServerOption{server.WithToolCapabilities(false)}, opts...)...)
	add := func(name string, f server.ToolHandlerFunc) {
		s.AddTool(mcp.Tool{Name: name, InputSchema: mcp.ToolInputSchema{Type: "object"}}, f)
	}
	add("echo", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(r.GetString("text", "")), nil
	})
	add("block", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		h.started <- r.GetString("id", "")
		select {
		case <-h.release:
			return mcp.NewToolResultText("released"), nil
		case <-ctx.Done():
			return mcp.NewToolResultError("stopped"), nil
		}
	})
	add("deaf", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		h.started <- r.GetString("id", "")
		<-h.release
		return mcp.NewToolResultText("released"), nil
	})
	add("progress", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range r.GetInt("n", 0) {
			params := map[string]any{"progressToken": r.GetString("token", ""), "progress": i}
			err := s.SendNotificationToClient(ctx, "notifications/progress", params)
			if err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText(r.GetString("token", "")), nil
	})
	add("ask", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if wait := r.GetInt("waitMs", 0); wait > 0 {
			limited, cancel := context.WithTimeout(ctx, time.Duration(wait)*time.Millisecond)
			defer cancel()
			ctx = limited
		}
		asker := server.ClientSessionFromContext(ctx).(server.SessionWithElicitation)
		a, err := asker.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{Message: "Sure?"}})
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(fmt.Sprint(a.Action, a.Content)), nil
	})
	add("bridge", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if a := server.ElicitationResponse(r.Params.InputResponses, "q"); a != nil {
			return mcp.NewToolResultText(string(a.Action)), nil
		}
		q := mcp.ElicitationParams{
			Mode: mcp.ElicitationModeForm, Message: "Sure?", RequestedSchema: map[string]any{"type": "object"},
		}
		return server.NewInputRequestBuilder("s").Elicit("q", q).ToolResult(), nil
	})
	add("client", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		c := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
		hasForms := c.GetClientCapabilities().Elicitation != nil
		text := fmt.Sprint(c.GetClientInfo().Name, " ", server.RequestProtocolVersion(ctx), " ", hasForms)
		return mcp.NewToolResultText(text), nil
	})
	add("panic", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { panic("s3cret") })
	add("unencodable", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{StructuredContent: func() {}}, nil
	})
	return s
}
