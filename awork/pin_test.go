package awork

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// swapping is a workspace whose client has a token source that goes over from
// the admin's token to that of another owner.
func swapping(t *testing.T, faults ...sandbox.Fault) (*sandbox.Sandbox, *Client, *renewing) {
	t.Helper()
	backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}, Faults: faults})
	backend.AddToken("token-of-another", sandbox.AdminUserID)
	source := &renewing{token: mustToken(t, sandbox.AdminToken), next: mustToken(t, "token-of-another")}
	c, err := New(Config{BaseURL: testBaseURL, Tokens: source, Transport: backend.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	return backend, c, source
}

// checkReplaced: the write failed because the token was replaced, and no attempt
// went out with the new one.
func checkReplaced(t *testing.T, backend *sandbox.Sandbox, err error, kind Kind, sentTimes int) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind || !e.NewerToken || e.Reason == "" {
		t.Errorf("got %v", err)
	}
	writes := 0
	for _, r := range backend.Requests() {
		if r.Method == http.MethodGet {
			continue
		}
		writes++
		if r.Effect {
			t.Errorf("it was carried out: %+v", r)
		}
	}
	if writes != sentTimes {
		t.Errorf("sent %d times, want %d", writes, sentTimes)
	}
}

// TestNoWriteUnderAnotherToken: a write whose token is refused is not sent again
// with the next one, whatever it is; the next call is.
func TestNoWriteUnderAnotherToken(t *testing.T) {
	t.Parallel()
	form := NewAPIUser{Name: "X", RoleID: uuid.MustParse(sandbox.AuditorRoleID)}
	for name, write := range map[string]func(*testing.T, *Client) error{
		"create": func(t *testing.T, c *Client) error {
			_, err := c.CreateAPIUser(t.Context(), form, nil, unknownID)
			return err
		},
		"delete":        func(t *testing.T, c *Client) error { return errOf(c.DeleteAPIUser(t.Context(), zapierID)) },
		"delete client": func(t *testing.T, c *Client) error { return errOf(c.DeleteClientApplication(t.Context(), "zapier")) },
		"key": func(t *testing.T, c *Client) error {
			_, err := c.GenerateAPIKey(t.Context(), "zapier", zapierID)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend, c, _ := swapping(t)
			backend.RemoveToken(sandbox.AdminToken)
			checkReplaced(t, backend, write(t, c), KindUnauthenticated, 1)
			if err := write(t, c); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

// spoken is the tokens with which a workspace was asked, by method.
type spoken struct {
	http.RoundTripper
	after func(*http.Request)
	by    map[string][]string
}

func (s *spoken) RoundTrip(r *http.Request) (*http.Response, error) {
	s.by[r.Method] = append(s.by[r.Method], strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	resp, err := s.RoundTripper.RoundTrip(r)
	if s.after != nil {
		s.after(r)
	}
	return resp, err
}

// TestPin: each request of a pinned client carries its token, whatever the source
// gives by then.
func TestPin(t *testing.T) {
	t.Parallel()
	backend, c, source := swapping(t)
	recorder := &spoken{RoundTripper: backend.RoundTripper(), by: map[string][]string{}}
	c.transport, c.fresh = recorder, recorder
	pinned := c.Pin(source.token)
	source.token = source.next
	if _, err := pinned.GetAPIUser(t.Context(), zapierID); err != nil {
		t.Error(err)
	}
	if err := errOf(pinned.DeleteAPIUser(t.Context(), zapierID)); err != nil {
		t.Error(err)
	}
	if _, err := pinned.WithToken(source.token).GenerateClientSecret(t.Context(), sandbox.DatevClientID); err != nil {
		t.Errorf("another client: %v", err)
	}
	want := map[string][]string{"GET": {sandbox.AdminToken}, "DELETE": {sandbox.AdminToken}, "POST": {"token-of-another"}}
	if d := cmp.Diff(want, recorder.by); d != "" {
		t.Error(d)
	}
}

// TestOneTokenAWrite: between the attempts of one write, and between its reads and
// its attempts, the token does not change.
func TestOneTokenAWrite(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*testing.T, *Client) error{
		"delete": func(t *testing.T, c *Client) error { return errOf(c.DeleteAPIUser(t.Context(), zapierID)) },
		"update": func(t *testing.T, c *Client) error {
			was, err := c.GetAPIUser(t.Context(), zapierID)
			if err == nil {
				_, err = c.UpdateAPIUser(t.Context(), *was, "Z", was.RoleID, false)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				backend, c, source := swapping(t, sandbox.Fault{Kind: sandbox.FaultLostBefore, Method: "DELETE", Times: 1}, sandbox.Fault{Kind: sandbox.FaultLostBefore, Method: "PUT", Times: 1})
				recorder := &spoken{RoundTripper: backend.RoundTripper(), by: map[string][]string{}}
				recorder.after = func(r *http.Request) {
					if r.Method != http.MethodGet {
						source.token = source.next
					}
				}
				c.transport, c.fresh = recorder, recorder
				if err := write(t, c); err != nil {
					t.Error(err)
				}
				for method, tokens := range recorder.by {
					for _, token := range tokens {
						if token != sandbox.AdminToken {
							t.Errorf("%s went out with %s", method, token)
						}
					}
				}
			})
		})
	}
	t.Run("refused after the read", func(t *testing.T) {
		t.Parallel()
		backend, c, source := swapping(t)
		was, err := c.GetAPIUser(t.Context(), zapierID)
		if err != nil {
			t.Fatal(err)
		}
		backend.RemoveToken(sandbox.AdminToken)
		_, err = c.UpdateAPIUser(t.Context(), *was, "Z", was.RoleID, false)
		checkReplaced(t, backend, err, KindUnauthenticated, 0)
		if source.renewals != 1 {
			t.Errorf("%d renewals", source.renewals)
		}
	})
	t.Run("refused in the read-back", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			backend, c, _ := swapping(t, sandbox.Fault{Kind: sandbox.FaultLostBefore, Method: "DELETE"})
			recorder := &spoken{RoundTripper: backend.RoundTripper(), by: map[string][]string{}}
			recorder.after = func(r *http.Request) {
				if r.Method == http.MethodDelete {
					backend.RemoveToken(sandbox.AdminToken)
				}
			}
			c.transport, c.fresh = recorder, recorder
			var effect *EffectError
			if err := errOf(c.DeleteAPIUser(t.Context(), zapierID)); !errors.As(err, &effect) || effect.ReadBack == nil || !exists(backend, zapierID) {
				t.Errorf("got %v", err)
			}
		})
	})
}

// TestReadBackElsewhere: a delete that had no effect is not done because another
// workspace, whose token came meanwhile, has no such record.
func TestReadBackElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		backend, c, source := swapping(t, sandbox.Fault{Kind: sandbox.FaultLostBefore, Method: "DELETE"})
		elsewhere := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
		elsewhere.RemoveAPIUser(zapierID.String())
		elsewhere.AddToken("token-of-another", sandbox.AdminUserID)
		recorder := &spoken{RoundTripper: split{backend.RoundTripper(), elsewhere.RoundTripper()}, by: map[string][]string{}}
		recorder.after = func(r *http.Request) {
			if r.Method == http.MethodDelete {
				source.token = source.next
			}
		}
		c.transport, c.fresh = recorder, recorder
		err := errOf(c.DeleteAPIUser(t.Context(), zapierID))
		if err == nil || !exists(backend, zapierID) {
			t.Errorf("got %v", err)
		}
	})
}

// split is two workspaces, distinguished by their tokens.
type split struct{ one, another http.RoundTripper }

func (s split) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Authorization") == "Bearer token-of-another" {
		return s.another.RoundTrip(r)
	}
	return s.one.RoundTrip(r)
}
