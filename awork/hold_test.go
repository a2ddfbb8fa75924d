package awork

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// swapping is a workspace whose client has a token source that goes over from
// the admin's token to that of another owner.
func swapping(t *testing.T, faults ...sandbox.Fault) (*sandbox.Sandbox, *Client, *renewing) {
	t.Helper()
	box := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}, Faults: faults})
	box.AddToken("token-of-another", sandbox.AdminUserID)
	source := &renewing{token: mustToken(t, sandbox.AdminToken), next: mustToken(t, "token-of-another")}
	c, err := New(Config{BaseURL: testBaseURL, Tokens: source, Transport: box.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	return box, c, source
}

// checkReplaced: the write failed because the token was replaced, and no attempt
// went out with the new one.
func checkReplaced(t *testing.T, box *sandbox.Sandbox, err error, kind Kind, sentTimes int) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind || !e.NewerToken || e.Reason == "" {
		t.Errorf("got %v", err)
	}
	writes := 0
	for _, r := range box.Requests() {
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
		"delete":        func(t *testing.T, c *Client) error { return c.DeleteAPIUser(t.Context(), zapierID) },
		"delete client": func(t *testing.T, c *Client) error { return c.DeleteClientApplication(t.Context(), "zapier") },
		"key": func(t *testing.T, c *Client) error {
			_, err := c.GenerateAPIKey(t.Context(), "zapier", zapierID)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box, c, _ := swapping(t)
			box.RemoveToken(sandbox.AdminToken)
			checkReplaced(t, box, write(t, c), KindUnauthenticated, 1)
			if err := write(t, c); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
	t.Run("one that lacks the permission", func(t *testing.T) {
		t.Parallel()
		box, c, source := swapping(t)
		source.token = mustToken(t, sandbox.ReaderToken)
		checkReplaced(t, box, c.DeleteAPIUser(t.Context(), zapierID), KindPermissionDenied, 1)
	})
}

// TestHoldToken: a write under a context that is held to a token goes out with
// that or not at all, and reads go on.
func TestHoldToken(t *testing.T) {
	t.Parallel()
	box, c, source := swapping(t)
	ctx := c.HoldToken(t.Context(), source.token)
	source.token = source.next
	if _, err := c.GetAPIUser(ctx, zapierID); err != nil {
		t.Errorf("a read: %v", err)
	}
	checkReplaced(t, box, c.DeleteAPIUser(ctx, zapierID), KindUnauthenticated, 0)
	if err := c.DeleteAPIUser(c.HoldToken(t.Context(), Token{}), zapierID); err != nil {
		t.Errorf("held to nothing: %v", err)
	}
	if _, err := c.WithToken(source.token).GenerateClientSecret(ctx, sandbox.DatevClientID); err != nil {
		t.Errorf("another client: %v", err)
	}
}

// TestOneTokenAWrite: between the attempts of one write, and between its read
// and its attempt, the token does not change.
func TestOneTokenAWrite(t *testing.T) {
	t.Parallel()
	t.Run("between attempts", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			box, c, source := swapping(t, sandbox.Fault{Kind: sandbox.FaultLostBefore, Method: "DELETE", Times: 1})
			source.onToken = func() {
				if sent(box, "DELETE") > 0 {
					source.token = source.next
				}
			}
			err := c.DeleteAPIUser(t.Context(), zapierID)
			var effect *EffectError
			if !errors.As(err, &effect) || effect.ReadBack != nil {
				t.Errorf("got %v", err)
			}
			checkReplaced(t, box, err, KindUnauthenticated, 1)
		})
	})
	t.Run("after the read", func(t *testing.T) {
		t.Parallel()
		box, c, source := swapping(t)
		was, err := c.GetAPIUser(t.Context(), zapierID)
		if err != nil {
			t.Fatal(err)
		}
		box.RemoveToken(sandbox.AdminToken)
		_, err = c.UpdateAPIUser(t.Context(), *was, "Z", was.RoleID, false)
		checkReplaced(t, box, err, KindUnauthenticated, 0)
		if source.renewals != 1 {
			t.Errorf("%d renewals", source.renewals)
		}
	})
}
