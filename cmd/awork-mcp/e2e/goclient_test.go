//go:build e2e && unix

package e2e

import (
	"context"
	"encoding/json"
	"maps"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// goTarget is a way for the Go SDK to reach the program.
type goTarget struct {
	transport string // stdio, http, sse
	url       string // of http and sse
	args, env []string
	version   string   // pinned; the newest where empty
	formless  bool     // the client has no forms
	command   []string // instead of the program
}

// goClient is a client of the Go SDK.
type goClient struct {
	session *mcp.ClientSession
	stderr  *output

	mu       sync.Mutex
	answer   *mcp.ElicitResult
	asked    []string
	progress []float64
	changed  chan struct{}
}

// dialGo connects.
func dialGo(t *testing.T, to goTarget) (*goClient, error) {
	t.Helper()
	g := &goClient{stderr: newOutput(), changed: make(chan struct{}, 100)}
	var transport mcp.Transport
	switch to.transport {
	case "stdio":
		home := newHome(t)
		if to.command == nil {
			to.command = append([]string{binary}, to.args...)
		}
		cmd := exec.Command(to.command[0], to.command[1:]...)
		cmd.Dir, cmd.Stderr = home, g.stderr
		cmd.Env = append([]string{"HOME=" + home}, to.env...)
		transport = &mcp.CommandTransport{Command: cmd}
	case "sse":
		transport = &mcp.SSEClientTransport{Endpoint: to.url + "/sse"}
	default:
		transport = &mcp.StreamableClientTransport{Endpoint: to.url + "/mcp"}
	}
	options := &mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.progress = append(g.progress, r.Params.Progress)
			g.changed <- struct{}{}
		},
	}
	if !to.formless {
		options.ElicitationHandler = func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.asked = append(g.asked, r.Params.Message)
			return g.answer, nil
		}
	}
	ctx, cancel := context.WithCancel(context.Background()) // a stream's life, not only the connecting
	t.Cleanup(cancel)
	defer time.AfterFunc(timeout, cancel).Stop()
	var err error
	g.session, err = mcp.NewClient(&mcp.Implementation{Name: "e2e", Version: "0"}, options).
		Connect(ctx, transport, &mcp.ClientSessionOptions{ProtocolVersion: to.version})
	return g, err
}

// connectGo connects until the test ends.
func connectGo(t *testing.T, to goTarget) *goClient {
	t.Helper()
	g, err := dialGo(t, to)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = g.session.Close() })
	return g
}

// call calls a tool, and gives its result and its structured content.
func (g *goClient) call(ctx context.Context, tool string, args map[string]any) (*mcp.CallToolResult, structured, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	p := &mcp.CallToolParams{Name: tool, Arguments: args}
	p.SetProgressToken("progress of " + tool)
	r, err := g.session.CallTool(ctx, p)
	if err != nil {
		return r, structured{}, err
	}
	var s structured
	b, err := json.Marshal(r.StructuredContent)
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	return r, s, err
}

// confirmed calls a tool that wants a yes. Over transports that can't ask it wants
// the code of its first call.
func (g *goClient) confirmed(
	t *testing.T, c *tally, asks bool, tool string, args map[string]any,
) (*mcp.CallToolResult, structured, error) {
	t.Helper()
	r, s, err := g.call(t.Context(), tool, args)
	if asks || err != nil {
		return r, s, err
	}
	c.check(t, s.Outcome == "confirmation_required" && s.ConfirmationCode != "", "%s: %+v", tool, s)
	args = maps.Clone(args)
	args["confirmationCode"] = s.ConfirmationCode
	return g.call(t.Context(), tool, args)
}

// total is how many API users there are.
func (g *goClient) total(t *testing.T) int {
	t.Helper()
	_, s, err := g.call(t.Context(), "list_api_users", map[string]any{})
	if err != nil {
		t.Errorf("list_api_users: %v", err)
	}
	return s.Total
}

// expectAnswer sets what the next questions are answered with.
func (g *goClient) expectAnswer(action string, content map[string]any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer, g.asked, g.progress = &mcp.ElicitResult{Action: action, Content: content}, nil, nil
}

func (g *goClient) heard() (asked []string, progress []float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.asked), slices.Clone(g.progress)
}
