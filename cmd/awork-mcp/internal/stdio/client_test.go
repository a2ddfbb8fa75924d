package stdio

import (
	"context"
	"io"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

type yes struct{}

func (yes) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	accept := mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept}
	return &mcp.ElicitationResult{ElicitationResponse: accept}, nil
}

// A real client of either era calls a tool that asks.
func TestRealClient(t *testing.T) {
	t.Parallel()
	for _, version := range []string{mcp.ProtocolVersion20251125, mcp.LATEST_PROTOCOL_VERSION} {
		in, w := io.Pipe()
		r, out := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- Serve(t.Context(), newHost(t).server(), in, out, Options{}) }()

		c := client.NewClient(transport.NewIO(r, w, io.NopCloser(nil)),
			client.WithProtocolVersion(version), client.WithElicitationHandler(yes{}))
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Initialize(t.Context(), mcp.InitializeRequest{}); err != nil {
			t.Fatal(err)
		}
		var req mcp.CallToolRequest
		req.Params.Name = "bridge"
		result, err := c.CallTool(t.Context(), req)
		if err != nil || len(result.Content) != 1 || result.Content[0].(mcp.TextContent).Text != "accept" {
			t.Errorf("%s: %+v, %v", version, result, err)
		}
		_ = w.Close()
		if err := receive(t, done); err != nil {
			t.Error(err)
		}
		_ = out.Close()
		_ = c.Close()
	}
}
