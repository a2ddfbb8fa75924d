package httpserver

import (
	"context"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// The library's own client, on each transport and in each era.
func TestRealClient(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	over := func(name string, tr transport.Interface, err error, want string, options ...client.ClientOption) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		c := client.NewClient(tr, options...)
		defer func() { _ = c.Close() }()
		if err := c.Start(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := c.Initialize(t.Context(), mcp.InitializeRequest{})
		if err != nil || got.ProtocolVersion != want {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		res, err := c.CallTool(t.Context(), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "echo"}})
		if err != nil || mcp.GetTextFromContent(res.Content[0]) != "echoed" {
			t.Errorf("%s: %+v, %v", name, res, err)
		}
	}
	tr, err := transport.NewStreamableHTTP(x.url+"/mcp", transport.WithHTTPBasicClient(x.client))
	over("modern", tr, err, mcp.ProtocolVersion20260728)
	tr, err = transport.NewStreamableHTTP(x.url+"/mcp", transport.WithHTTPBasicClient(x.client))
	over("legacy", tr, err, mcp.LATEST_LEGACY_PROTOCOL_VERSION,
		client.WithProtocolVersion(mcp.LATEST_LEGACY_PROTOCOL_VERSION))
	sse, err := transport.NewSSE(x.url+"/sse", transport.WithHTTPClient(x.client))
	over("SSE", sse, err, mcp.LATEST_LEGACY_PROTOCOL_VERSION,
		client.WithProtocolVersion(mcp.LATEST_LEGACY_PROTOCOL_VERSION))
}

type human struct{}

func (human) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return &mcp.ElicitationResult{
		ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionDecline},
	}, nil
}

// A session can be asked; a request that stands by itself can't, and learns so
// at once.
func TestQuestionsNeedASession(t *testing.T) {
	t.Parallel()
	for _, stateless := range []bool{false, true} {
		x := start(t, Options{Stateless: stateless})
		tr, err := transport.NewStreamableHTTP(x.url+"/mcp", transport.WithHTTPBasicClient(x.client))
		if err != nil {
			t.Fatal(err)
		}
		c := client.NewClient(tr, client.WithProtocolVersion(mcp.LATEST_LEGACY_PROTOCOL_VERSION),
			client.WithElicitationHandler(human{}))
		defer func() { _ = c.Close() }()
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Initialize(t.Context(), mcp.InitializeRequest{}); err != nil {
			t.Fatal(err)
		}
		res, err := c.CallTool(t.Context(), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "ask"}})
		if stateless && err == nil {
			t.Errorf("stateless: %+v", res)
		}
		if !stateless && (err != nil || mcp.GetTextFromContent(res.Content[0]) != "decline") {
			t.Errorf("in a session: %+v, %v", res, err)
		}
	}
}
