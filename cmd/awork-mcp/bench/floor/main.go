// Command floor is the smallest mcp-go server that makes the request of
// get_api_user: a measuring stick for what awork-mcp adds, not a product.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	listen := flag.String("http", "", "serve streamable HTTP here instead of stdio")
	flag.Parse()
	if err := serve(*listen, os.Getenv("AWORK_BASE_URL")); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func serve(listen, base string) error {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 128, 128
	client := &http.Client{Transport: transport}
	s := server.NewMCPServer("floor", "0", server.WithToolCapabilities(false))
	tool := mcp.NewToolWithRawSchema("get_api_user", "Read one API user.", json.RawMessage(
		`{"type":"object","properties":{"apiUserId":{"type":"string","format":"uuid"}},`+
			`"required":["apiUserId"],"additionalProperties":false}`,
	))
	s.AddTool(tool, func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		id, err := uuid.Parse(req.GetString("apiUserId", ""))
		if err != nil {
			return mcp.NewToolResultError("apiUserId must be a UUID"), nil
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/apiusers/"+id.String(), nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", "Bearer x")
		resp, err := client.Do(r)
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			return mcp.NewToolResultError(resp.Status), nil
		}
		var record map[string]any
		if err := json.Unmarshal(body, &record); err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultStructured(map[string]any{"apiUser": record}, string(body)), nil
	})
	if listen != "" {
		return server.NewStreamableHTTPServer(s).Start(listen)
	}
	return server.ServeStdio(s, server.WithWorkerPoolSize(64), server.WithQueueSize(10000))
}
