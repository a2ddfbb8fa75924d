package awork

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestRetryRule is the complete rule, as the first of three tries.
func TestRetryRule(t *testing.T) {
	t.Parallel()
	const get, del, post = http.MethodGet, http.MethodDelete, http.MethodPost
	for name, tc := range map[string]struct {
		err      Error
		noEffect bool
		again    bool
	}{
		"limited read":                     {Error{Method: get, Kind: KindRateLimited, RetryAfter: time.Second}, false, true},
		"limited write":                    {Error{Method: post, Kind: KindRateLimited, RetryAfter: time.Second}, false, true},
		"limited for long":                 {Error{Method: get, Kind: KindRateLimited, RetryAfter: maxWait + 1}, false, false},
		"unavailable read":                 {Error{Method: get, Kind: KindUnavailable, ambiguous: true}, false, true},
		"unavailable read, for long":       {Error{Method: get, Kind: KindUnavailable, RetryAfter: time.Minute}, false, false},
		"unavailable write":                {Error{Method: del, Kind: KindUnavailable, ambiguous: true}, false, false},
		"unavailable write without effect": {Error{Method: del, Kind: KindUnavailable, ambiguous: true}, true, true},
		"lost read":                        {Error{Method: get, Kind: KindUnavailable, ambiguous: true, connectionLost: true}, false, true},
		"lost write":                       {Error{Method: post, Kind: KindUnavailable, ambiguous: true, connectionLost: true}, false, false},
		"write that was never carried":     {Error{Method: post, Kind: KindUnavailable, connectionLost: true}, false, true},
		"write that was cancelled":         {Error{Method: post, Kind: KindUnavailable}, false, false},
		"odd answer to a read":             {Error{Method: get, Kind: KindUpstream, ambiguous: true}, false, false},
		"odd answer to a write, no effect": {Error{Method: del, Kind: KindUpstream, ambiguous: true}, true, true},
		"refused":                          {Error{Method: del, Kind: KindPermissionDenied}, false, false},
		"invalid":                          {Error{Method: post, Kind: KindInvalid}, false, false},
		"bad token":                        {Error{Method: get, Kind: KindUnauthenticated}, false, false},
		"not there":                        {Error{Method: get, Kind: KindNotFound}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRetry()
			wait, again := r.next(&tc.err, tc.noEffect)
			if again != tc.again {
				t.Fatalf("again: %v", again)
			}
			if least := tc.err.RetryAfter + 50*time.Millisecond; again && (wait < least || wait > least+100*time.Millisecond+1) {
				t.Errorf("waits %v", wait)
			}
			if !again || tc.err.RetryAfter > 0 {
				return
			}
			if _, again = r.next(&tc.err, tc.noEffect); !again {
				t.Error("no third try")
			}
			if _, again = r.next(&tc.err, tc.noEffect); again {
				t.Error("a fourth try")
			}
		})
	}
}

func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := sleep(short, 2*time.Second); err != context.DeadlineExceeded || time.Since(start) != 0 { //nolint:errorlint // as it comes
			t.Errorf("beyond the deadline: %v after %v", err, time.Since(start))
		}
		if err := sleep(short, time.Second/2); err != nil || time.Since(start) != time.Second/2 {
			t.Errorf("within it: %v after %v", err, time.Since(start))
		}
		cancel()
		if err := sleep(short, time.Second/4); err != context.Canceled { //nolint:errorlint // as it comes
			t.Errorf("cancelled: %v", err)
		}
	})
}

// TestNoTokenNoRequest: where the source has no token, nothing is sent, its words
// stay, and the error names the request.
func TestNoTokenNoRequest(t *testing.T) {
	t.Parallel()
	none := errors.New("the token file is empty")
	upstream := &Error{Kind: KindUnavailable, Method: http.MethodPost, Path: "/token", Err: none}
	role, user := uuid.MustParse(roleID), APIUser{ID: zapierID, Name: "Z", RoleID: unknownID}
	for request, call := range map[string]func(context.Context, *Client) error{
		"GET /me": func(ctx context.Context, c *Client) error { return errOf(c.Me(ctx)) },
		"DELETE " + apiUserPath(zapierID): func(ctx context.Context, c *Client) error {
			return errOf(c.DeleteAPIUser(ctx, zapierID))
		},
		"PUT " + apiUserPath(zapierID): func(ctx context.Context, c *Client) error {
			return errOf(c.UpdateAPIUser(ctx, user, "Y", unknownID, false))
		},
		"POST /apiusers": func(ctx context.Context, c *Client) error {
			return errOf(c.CreateAPIUser(ctx, NewAPIUser{Name: "X", RoleID: unknownID}, nil, unknownID))
		},
		"POST /clientapplications": func(ctx context.Context, c *Client) error {
			_, _, err := c.CreateClientApplication(ctx, NewClientApplication{ClientID: "x"}, nil)
			return err
		},
		"PUT /clientapplications/x": func(ctx context.Context, c *Client) error {
			return errOf(c.UpdateClientApplication(ctx, ClientApplication{ClientID: "x"}, "X", nil))
		},
		"DELETE /clientapplications/x": func(ctx context.Context, c *Client) error {
			return errOf(c.DeleteClientApplication(ctx, "x"))
		},
		"POST /clientapplications/x/generatesecret": func(ctx context.Context, c *Client) error {
			return errOf(c.GenerateClientSecret(ctx, "x"))
		},
		"POST /clientapplications/x/generateapikey": func(ctx context.Context, c *Client) error {
			return errOf(c.GenerateAPIKey(ctx, "x", zapierID))
		},
		"POST /roles": func(ctx context.Context, c *Client) error {
			return errOf(c.CreateRole(ctx, "X", nil, unknownID))
		},
		"POST /roles/" + roleID + "/permissions": func(ctx context.Context, c *Client) error {
			return c.SetRolePermission(ctx, role, Permission{})
		},
		"POST /roles/" + roleID + "/delete": func(ctx context.Context, c *Client) error {
			return errOf(c.DeleteRole(ctx, role))
		},
	} {
		for _, source := range []failing{{err: none}, {mustToken(t, sandbox.AdminToken), none}, {}, {err: upstream}} {
			backend := sandbox.New(sandbox.Options{})
			c, err := New(Config{BaseURL: testBaseURL, Tokens: source, Transport: backend.RoundTripper()})
			if err != nil {
				t.Fatal(err)
			}
			err = call(t.Context(), c)
			want, kind := request, KindUnauthenticated
			if source.err == error(upstream) { //nolint:errorlint // which of them it is
				want, kind = "POST /token", KindUnavailable
			}
			var e *Error
			if !errors.As(err, &e) || e.Kind != kind || e.Method+" "+e.Path != want || errors.Is(err, none) != (source.err != nil) {
				t.Errorf("%s: got %v", request, err)
			}
			if n := len(backend.Requests()); n > 0 {
				t.Errorf("%s: sent %d requests", request, n)
			}
		}
	}
}

type failing struct {
	token Token
	err   error
}

func (f failing) Token(context.Context) (Token, error)        { return f.token, f.err }
func (f failing) Renew(context.Context, Token) (Token, error) { return f.token, f.err }
