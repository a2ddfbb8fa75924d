package httpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon bounds waits for what is about to happen; no test waits for it.
const soon = 20 * time.Second

// fixture is a server with tools that wait, ask and fail on demand.
type fixture struct {
	t       *testing.T
	url     string
	addr    string
	client  *http.Client
	stop    context.CancelFunc
	served  chan error
	started chan string   // the tool "wait" has begun
	release chan struct{} // closed: "wait" and "stuck" may end
	ended   chan error    // how the context of "wait" was when it ended
	server  *Server
	inspect func(context.Context, http.Header) // called by "echo"
}

func start(t *testing.T, o Options, edit ...func(*bounds)) *fixture {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, ln, nil, o, edit...)
}

// dialer is for [http.Transport.DialContext].
type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

func startOn(t *testing.T, ln net.Listener, dial dialer, o Options, edit ...func(*bounds)) *fixture {
	t.Helper()
	x := &fixture{
		t:       t,
		client:  &http.Client{Transport: &http.Transport{DisableCompression: true, DialContext: dial}},
		served:  make(chan error, 1),
		started: make(chan string, 100),
		release: make(chan struct{}),
		ended:   make(chan error, 100),
	}
	x.addr = ln.Addr().String()
	x.url = "http://" + x.addr
	o.Listen = x.addr
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	b := defaultBounds()
	for _, e := range edit {
		e(&b)
	}
	var err error
	x.server, err = newServer(x.tools(), o, b)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	x.stop = stop
	go func() { x.served <- x.server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		select {
		case err, first := <-x.served:
			if first && err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(soon):
			t.Error("Serve does not return")
		}
		x.client.CloseIdleConnections()
	})
	return x
}

func (x *fixture) tools() *server.MCPServer {
	s := server.NewMCPServer("test", "1", server.WithToolCapabilities(false))
	tool := func(name string, h server.ToolHandlerFunc) {
		s.AddTool(mcp.Tool{Name: name, InputSchema: mcp.ToolInputSchema{Type: "object"}}, h)
	}
	tool("echo", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if x.inspect != nil {
			x.inspect(ctx, r.Header)
		}
		return mcp.NewToolResultText("echoed"), nil
	})
	tool("wait", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		x.started <- r.GetString("name", "")
		select {
		case <-x.release:
		case <-ctx.Done():
		}
		x.ended <- ctx.Err()
		return mcp.NewToolResultText("waited"), ctx.Err()
	})
	tool("stuck", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		x.started <- r.GetString("name", "")
		<-ctx.Done()
		x.ended <- ctx.Err()
		<-x.release
		return mcp.NewToolResultText("late"), nil
	})
	tool("ask", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if r.GetString("name", "") == "impatient" {
			soon, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			ctx = soon
		}
		answer, err := s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message: "sure?", RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}}}})
		if err != nil {
			return nil, err
		}
		return mcp.NewToolResultText(string(answer.Action)), nil
	})
	tool("big", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(strings.Repeat("x", 8<<20)), nil
	})
	tool("panic", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { panic("ouch") })
	tool("progress", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range 3 {
			if err := s.SendNotificationToClient(ctx, "notifications/progress",
				map[string]any{"progressToken": r.Params.Meta.ProgressToken, "progress": i + 1}); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("progressed"), nil
	})
	return s
}

// request makes a request with header fields in pairs; Host among them.
func (x *fixture) request(method, path, body string, header ...string) *http.Request {
	x.t.Helper()
	r, err := http.NewRequestWithContext(x.t.Context(), method, x.url+path, strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header[http.CanonicalHeaderKey(header[i])] = append(r.Header[http.CanonicalHeaderKey(header[i])],
			header[i+1])
	}
	return r
}

// do sends r and closes the body in the end.
func (x *fixture) do(r *http.Request) *http.Response {
	x.t.Helper()
	res, err := x.client.Do(r)
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func (x *fixture) send(method, path, body string, header ...string) (int, string, http.Header) {
	x.t.Helper()
	res := x.do(x.request(method, path, body, header...))
	data, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return res.StatusCode, string(data), res.Header
}

// began waits until a call of "wait" or "stuck" has begun, and names it.
func (x *fixture) began() string { return receive(x.t, x.started) }

func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(soon):
		t.Fatal("nothing happens")
		panic("unreachable")
	}
}

// call is a tools/call; extra goes into its _meta.
func call(id any, tool, name string, extra ...string) string {
	token, _ := json.Marshal(id)
	meta := append([]string{fmt.Sprintf(`"progressToken":%s`, token)}, extra...)
	return fmt.Sprintf(
		`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":{"name":%q},"_meta":{%s}}}`,
		token,
		tool,
		name,
		strings.Join(meta, ","),
	)
}

const modernMeta = `"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}`

// modern is a call in the era without sessions, and its header.
func modern(id any, tool, name string) (string, []string) {
	return call(id, tool, name, modernMeta),
		[]string{"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", tool}
}

const initialize = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`

// events reads the data of the events of a stream.
func events(body io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	return lines
}

func next(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			return data
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return ""
}
