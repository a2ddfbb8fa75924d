package call

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// TestOwnAccount: a call under the context of an account goes to it, and a token that
// awork refuses is then the caller's to replace.
func TestOwnAccount(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	other := f.accountOf(awork.StaticToken(f.token()), f.box.RoundTripper())
	own := WithAccount(t.Context(), f.account)
	if AccountFrom(own, other) != f.account || AccountFrom(t.Context(), other) != other {
		t.Error("calls go to another account")
	}
	refused := &awork.Error{Kind: awork.KindUnauthenticated, Method: "GET", Path: "/me", Status: 401}
	for ctx, want := range map[context.Context]bool{own: true, t.Context(): false} {
		message := f.call(ctx, "tool", "").Describe(refused).Base().Message
		if strings.Contains(message, "X-Awork-Token") != want {
			t.Errorf("own account is %t: %s", want, message)
		}
	}
}

// TestWithoutAccount: a call that goes to no account holds no token and knows no
// workspace.
func TestWithoutAccount(t *testing.T) {
	t.Parallel()
	c := new(Server).New(t.Context(), nil, Tool{Writes: true}, Request{})
	var r result.Result
	c.Complete(&r)
	if c.HoldsToken(json.RawMessage(`{}`)) || string(c.Redact([]byte("text"))) != "text" || r.Workspace != "" {
		t.Errorf("%+v", r)
	}
}

// TestWritesGoFirst: where requests have to wait for awork's limits, those of a call
// that writes go first.
func TestWritesGoFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, policy.Settings{}, nil)
		f.account = f.accountOf(awork.StaticToken(f.token()), withoutHeaders{f.box.RoundTripper()})
		for range 50 {
			f.users(sandbox.AdminUserID)
		}
		f.box.ResetRequests()
		read := func(id string, writes bool) {
			c := f.server.New(t.Context(), f.account, Tool{Writes: writes}, Request{})
			_, _ = c.Awork.GetAPIUser(t.Context(), uuid.MustParse(id))
		}
		go read(sandbox.ReaderUserID, false)
		synctest.Wait()
		go read(sandbox.DatevExportID, false)
		synctest.Wait()
		read(sandbox.ZapierSyncID, true)
		if got := f.box.Requests()[0].Path; got != "/apiusers/"+sandbox.ZapierSyncID {
			t.Errorf("%s goes first", got)
		}
	})
}

// TestRunEnds: nothing of a call goes on when it has ended.
func TestRunEnds(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	ch := f.change(policy.Update, sandbox.ZapierSyncID)
	ch.Question = nil
	var reading, writing context.Context
	c := f.call(t.Context(), "tool", "")
	_, err := c.Run(func(ctx context.Context) (_ result.Reply, err error) {
		reading = ctx
		writing, _, err = c.Authorize(ctx, ch)
		return nil, errors.Join(err, ctx.Err(), writing.Err())
	})
	f.must(err)
	if reading.Err() == nil || writing.Err() == nil {
		t.Errorf("%v, %v", reading.Err(), writing.Err())
	}
}

// TestRefusalNamesTheWorkspace: a call that writes ends when it is known whose the
// token is, however soon it is refused.
func TestRefusalNamesTheWorkspace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, policy.Settings{}, func(wire http.RoundTripper) http.RoundTripper {
			return &counter{RoundTripper: wire}
		})
		c := f.call(t.Context(), "tool", "")
		refused := errors.New("refused")
		_, err := c.Run(func(context.Context) (result.Reply, error) { return nil, refused })
		if !errors.Is(err, refused) || c.Workspace() != sandbox.WorkspaceName {
			t.Errorf("%v in %q", err, c.Workspace())
		}
	})
}

// TestComplete: the result of a write names the workspace, that of a read does not.
func TestComplete(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	_, err := f.account.directory.Me(t.Context())
	f.must(err)
	for writes, want := range map[bool]string{true: sandbox.WorkspaceName, false: ""} {
		var r result.Result
		f.server.New(t.Context(), f.account, Tool{Writes: writes}, Request{}).Complete(&r)
		if r.Workspace != want {
			t.Errorf("writes is %t: %q", writes, r.Workspace)
		}
	}
}

// listener is a client that takes notifications.
type listener struct {
	server.ClientSession
	notes chan mcp.JSONRPCNotification
}

func (listener) SessionID() string                                     { return "s" }
func (listener) Initialized() bool                                     { return true }
func (l listener) NotificationChannel() chan<- mcp.JSONRPCNotification { return l.notes }

// TestProgress: a client is notified that asked for it over a connection, and a call
// knows whether it was.
func TestProgress(t *testing.T) {
	t.Parallel()
	notes := make(chan mcp.JSONRPCNotification, 9)
	s := server.NewMCPServer("test", "1")
	var got []bool
	s.AddTool(mcp.NewTool("tool"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for _, test := range []struct {
			ctx   context.Context
			token mcp.ProgressToken
		}{{ctx, "p"}, {ctx, nil}, {t.Context(), "p"}} {
			c := new(Server).New(test.ctx, nil, Tool{}, Request{ProgressToken: test.token})
			c.Progress(test.ctx, 1, 2, "half")
			got = append(got, c.Progressed())
		}
		return mcp.NewToolResultText(""), nil
	})
	s.HandleMessage(s.WithContext(t.Context(), listener{notes: notes}),
		[]byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool"}}`))
	if !slices.Equal(got, []bool{true, false, false}) || len(notes) != 1 {
		t.Errorf("%v, %d notifications", got, len(notes))
	}
}
