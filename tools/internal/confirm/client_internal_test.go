package confirm

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// client is the session of a client of an older revision.
type client struct {
	id, name     string
	capabilities mcp.ClientCapabilities
	answer       answerer
}

func (*client) Initialize()                                         {}
func (*client) Initialized() bool                                   { return true }
func (*client) NotificationChannel() chan<- mcp.JSONRPCNotification { return nil }
func (c *client) SessionID() string                                 { return c.id }
func (c *client) GetClientInfo() mcp.Implementation                 { return mcp.Implementation{Name: c.name} }
func (*client) SetClientInfo(mcp.Implementation)                    {}
func (c *client) GetClientCapabilities() mcp.ClientCapabilities     { return c.capabilities }
func (*client) SetClientCapabilities(mcp.ClientCapabilities)        {}
func (c *client) RequestElicitation(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return c.answer(ctx, r.Params)
}

// listener is a session whose transport can't ask.
type listener struct{ server.SessionWithClientInfo }

// asker is one that does not know what its client can show.
type asker struct{ server.SessionWithElicitation }

// ofForms are the capabilities of a client with forms.
func ofForms() mcp.ClientCapabilities {
	return mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapability{}}
}

// answerer answers a question; the context ends when it is withdrawn.
type answerer func(context.Context, mcp.ElicitationParams) (*mcp.ElicitationResult, error)

// withForms is a client that shows forms and answers every question with yes.
func withForms() *client {
	return &client{id: "s", name: "c", capabilities: ofForms(), answer: answerIn(0, nil)}
}

// answerIn answers yes after a time.
func answerIn(d time.Duration, err error) answerer {
	return func(ctx context.Context, _ mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
		select {
		case <-time.After(d):
			return yes(), err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// modern returns the context of a call of 2026-07-28.
func modern(ctx context.Context, declared *mcp.ClientCapabilities) context.Context {
	return server.WithRequestProtocolInfo(ctx, &server.RequestProtocolInfo{Modern: true, ClientCapabilities: declared})
}

// within runs use as a tool that a session calls.
func within(ctx context.Context, t *testing.T, session server.ClientSession, use func(context.Context)) {
	t.Helper()
	called := false
	s := server.NewMCPServer("test", "1", server.WithElicitation())
	s.AddTool(mcp.NewTool("tool"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		called = true
		use(ctx)
		return mcp.NewToolResultText(""), nil
	})
	if session != nil {
		ctx = s.WithContext(ctx, session)
	}
	s.HandleMessage(ctx, []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool"}}`))
	if !called {
		t.Error("the tool was not called")
	}
}

func newConfirmer(t *testing.T, o Options) *Confirmer {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// aboutTest is a request about [testBinding] that nothing changes.
func aboutTest() Request {
	return Request{
		Question: func(context.Context) string { return "Really?" },
		Binding:  testBinding(),
		Reread:   func(context.Context) (Binding, error) { return testBinding(), nil },
	}
}

func yes() *mcp.ElicitationResult { return accepted(map[string]any{tickField: true}) }

func accepted(content any) *mcp.ElicitationResult {
	return answered(mcp.ElicitationResponseActionAccept, content)
}

func answered(action mcp.ElicitationResponseAction, content any) *mcp.ElicitationResult {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action, Content: content}}
}

// wantRefusal checks the outcome and the words of a refusal.
func wantRefusal(t *testing.T, name string, err error, outcome result.Outcome, words string) {
	t.Helper()
	var refusal *result.RefusalError
	if !errors.As(err, &refusal) || refusal.Outcome != outcome || !strings.Contains(refusal.Message, words) {
		t.Errorf("%s: %v, want %s with %q", name, err, outcome, words)
	}
}
