package mcptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer returns a server whose tool "ask" asks, and whose tool "count" reports
// progress.
func newServer() *server.MCPServer {
	s := server.NewMCPServer("test", "1", server.WithToolCapabilities(false))
	add := func(name string, h server.ToolHandlerFunc) {
		s.AddTool(mcp.Tool{Name: name, InputSchema: mcp.ToolInputSchema{Type: "object"}}, h)
	}
	add("ask", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if a := server.ElicitationResponse(r.Params.InputResponses, "q"); a != nil {
			return mcp.NewToolResultText(fmt.Sprint(a.Action, a.Content)), nil
		}
		capable, _ := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
		if capable == nil || capable.GetClientCapabilities().Elicitation == nil {
			return mcp.NewToolResultText("no forms"), nil
		}
		q := mcp.ElicitationParams{
			Mode: mcp.ElicitationModeForm, Message: "Sure?", RequestedSchema: map[string]any{"type": "object"},
		}
		return server.NewInputRequestBuilder("state").Elicit("q", q).ToolResult(), nil
	})
	add("count", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range r.GetInt("to", 0) {
			if err := s.SendNotificationToClient(ctx, "notifications/count", map[string]any{"n": i + 1}); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("counted"), nil
	})
	return s
}

// links are the ways to a server: with a client for each.
func links() map[string]func(t *testing.T, o mcptest.Options) *mcptest.Client {
	return map[string]func(t *testing.T, o mcptest.Options) *mcptest.Client{
		"in process": func(t *testing.T, o mcptest.Options) *mcptest.Client {
			return mcptest.InProcess(t, newServer(), o)
		},
		"HTTP": func(t *testing.T, o mcptest.Options) *mcptest.Client {
			srv := httptest.NewServer(server.NewStreamableHTTPServer(newServer()))
			t.Cleanup(srv.Close)
			return mcptest.HTTP(t, srv.Client(), srv.URL, o).Client
		},
	}
}

func text(t *testing.T, r mcptest.Reply) string {
	t.Helper()
	result, err := r.ToolResult()
	if err != nil || len(result.Content) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	return result.Content[0].Text
}

func TestCallsInBothEras(t *testing.T) {
	t.Parallel()
	accept := func(q mcptest.Question) mcptest.Answer {
		if q.Message != "Sure?" || q.Mode != "form" {
			t.Errorf("asked %+v", q)
		}
		return mcptest.Accept(map[string]any{"confirm": true})
	}
	for name, open := range links() {
		for _, era := range mcptest.Eras() {
			t.Run(name+" "+string(era), func(t *testing.T) {
				t.Parallel()
				if got := text(t, open(t, mcptest.Options{Era: era}).Call(t.Context(), "ask", nil)); got != "no forms" {
					t.Errorf("without forms: %s", got)
				}
				c := open(t, mcptest.Options{Era: era, Answer: accept})
				if got := text(t, c.Call(t.Context(), "ask", nil)); got != "acceptmap[confirm:true]" {
					t.Errorf("answered: %s", got)
				}
				r := c.Ask(t.Context(), "tools/call", mcptest.ToolCall("no_such_tool", nil))
				if r.Error == nil || r.Error.Code != -32602 {
					t.Errorf("an unknown tool: %+v", r)
				}
			})
		}
	}
}

func TestNotificationsComeBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	for _, era := range mcptest.Eras() {
		c := mcptest.InProcess(t, newServer(), mcptest.Options{Era: era})
		if got := text(t, c.Call(t.Context(), "count", map[string]any{"to": 3})); got != "counted" {
			t.Errorf("%s: %s", era, got)
		}
		if n := len(c.Notes()); n != 3 {
			t.Errorf("%s: %d notifications", era, n)
		}
		var p struct{ N int }
		if r := <-c.Notes(); r.Method != "notifications/count" || json.Unmarshal(r.Params, &p) != nil || p.N != 1 {
			t.Errorf("%s: %+v", era, r)
		}
	}
}

// Without an answer at hand, questions come to the test.
func TestQuestionsAreLeftToTheTest(t *testing.T) {
	t.Parallel()
	c := mcptest.InProcess(t, newServer(), mcptest.Options{Era: mcptest.Legacy, Forms: true})
	_, answer := c.Begin(t.Context(), "tools/call", mcptest.ToolCall("ask", nil))
	q := <-c.Notes()
	if q.Method != "elicitation/create" {
		t.Fatalf("%+v", q)
	}
	c.Respond(q.ID, mcptest.Decline())
	if got := text(t, <-answer); !strings.HasPrefix(got, "decline") {
		t.Error(got)
	}
	modern := mcptest.InProcess(t, newServer(), mcptest.Options{Forms: true})
	result, err := modern.Call(t.Context(), "ask", nil).ToolResult()
	if err != nil || result.InputRequests["q"].Params.Message != "Sure?" || result.RequestState == "" {
		t.Errorf("%+v, %v", result, err)
	}
}

// The answers come by their ids, and those that were not given close their channels.
func TestPipes(t *testing.T) {
	t.Parallel()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	go func() {
		defer func() { _ = out.Close() }()
		d := json.NewDecoder(in)
		for {
			var m struct{ ID json.RawMessage }
			if err := d.Decode(&m); err != nil {
				return
			}
			if string(m.ID) == "2" {
				continue // never answered
			}
			if m.ID != nil {
				_, _ = fmt.Fprintf(out, `{"jsonrpc":"2.0","id":%s,"result":{}}`+"\n", m.ID)
			}
		}
	}()
	c := mcptest.Pipes(t, toServer, fromServer, mcptest.Options{Era: mcptest.Legacy})
	_, never := c.Begin(t.Context(), "ping", nil)
	if r := c.Ask(t.Context(), "ping", nil); string(r.ID) != "3" {
		t.Errorf("%+v", r)
	}
	_ = toServer.Close()
	if r, came := <-never; came {
		t.Errorf("%+v", r)
	}
	if _, after := <-c.Expect("4"); after {
		t.Error("something came after the end")
	}
}

// failures notes what a client complains of.
type failures struct {
	testing.TB
	all []string
}

func (f *failures) Errorf(format string, args ...any) {
	f.all = append(f.all, fmt.Sprintf(format, args...))
}

func TestNoiseOnStdoutFailsTheTest(t *testing.T) {
	t.Parallel()
	for _, noise := range []string{"hello\n", `{"jsonrpc":"2.0","id":1}` + "\n", `{"jsonrpc":"2.0","method":"x"}{}`} {
		f := &failures{TB: t}
		c := mcptest.Pipes(f, io.Discard, strings.NewReader(noise), mcptest.Options{})
		if _, came := <-c.Expect("1"); came || len(f.all) != 1 || !strings.Contains(f.all[0], "no message") {
			t.Errorf("%q: %v", noise, f.all)
		}
	}
}

func TestParseReply(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		`{"jsonrpc":"2.0","id":1,"result":{}}`:                 nil,
		`{"jsonrpc":"2.0","method":"notifications/x"}`:         nil,
		`{"jsonrpc":"2.0","id":1,"error":{"code":1}}`:          nil,
		`{"jsonrpc":"2.0","id":1,"result":{},"error":{}}`:      errors.New("neither"),
		`{"jsonrpc":"2.0","result":{}}`:                        errors.New("neither"),
		`{"id":1,"result":{}}`:                                 errors.New("no jsonrpc"),
		`{"jsonrpc":"2.0","id":1,"result":{}} {"jsonrpc":"2"}`: errors.New("invalid character"),
	} {
		_, err := mcptest.ParseReply([]byte(text))
		if (err == nil) != (want == nil) || want != nil && !strings.Contains(err.Error(), want.Error()) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// printer stands for the *testing.T of a test.
type printer struct{}

func (printer) Helper()                      {}
func (printer) Cleanup(func())               {}
func (printer) Errorf(f string, args ...any) { fmt.Printf(f+"\n", args...) }
func (printer) Fatalf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }

// A client of each era calls a tool that asks, and has the human say yes.
func Example() {
	var t printer // in a test: its *testing.T
	yes := func(q mcptest.Question) mcptest.Answer {
		fmt.Println("asked:", q.Message)
		return mcptest.Accept(map[string]any{"confirm": true})
	}
	for _, era := range mcptest.Eras() {
		c := mcptest.InProcess(t, newServer(), mcptest.Options{Era: era, Answer: yes})
		result, err := c.Call(context.Background(), "ask", nil).ToolResult()
		if err != nil {
			t.Fatalf("%v", err)
		}
		fmt.Println(result.Content[0].Text)
	}
	// Output:
	// asked: Sure?
	// acceptmap[confirm:true]
	// asked: Sure?
	// acceptmap[confirm:true]
}
