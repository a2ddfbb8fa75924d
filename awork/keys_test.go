package awork

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestASecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	value := "secret-" + uuid.NewString()
	s := Secret{&value}
	type parcel struct {
		Secret Secret
		hidden Secret
	}
	p := parcel{s, s}
	asJSON, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", s, "parcel", p)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s, "parcel", p)
	said := fmt.Sprint(s, p, &p) + fmt.Sprintf("%v %+v %#v %s %q %x %d", s, p, p, s, s, s, s) + string(asJSON) + log.String() + s.Strike("it is "+value+"!") + s.Fingerprint()
	if strings.Contains(said, value) || strings.Contains(said, fmt.Sprintf("%x", value)) || strings.Count(said, redacted) < 8 {
		t.Errorf("said %s", said)
	}
	if s.Reveal() != value || len(s.Fingerprint()) != 12 || s.IsZero() {
		t.Error("it does not hold its value")
	}
	empty := ""
	if !(Secret{}).IsZero() || !(Secret{&empty}).IsZero() || (Secret{}).Reveal() != "" {
		t.Error("nothing is something")
	}
}

func TestKeysAndSecrets(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	key, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, zapierID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := ParseToken(key.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	other := c.WithToken(token)
	if me, err := other.Me(t.Context()); err != nil || me.ID != zapierID {
		t.Errorf("the key is that of %+v: %v", me, err)
	}
	if me, err := c.Me(t.Context()); err != nil || me.ID.String() != sandbox.AdminUserID {
		t.Errorf("the client's own token is that of %+v: %v", me, err)
	}
	if other.limiter != c.limiter {
		t.Error("another token has limits of its own")
	}
	// Two keys of one API user are two.
	second, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, zapierID)
	if err != nil || second.Fingerprint() == key.Fingerprint() {
		t.Errorf("the second key: %v %s", err, second.Fingerprint())
	}
}

// TestGenerateWithFaults: a key or a secret is made, surely not made, or it is
// not known; it is never asked for twice where it may have been made.
func TestGenerateWithFaults(t *testing.T) {
	t.Parallel()
	refused := []sandbox.FaultKind{sandbox.FaultRateLimited, sandbox.FaultForbidden, sandbox.FaultRedirect, sandbox.FaultBadToken, sandbox.FaultUnauthorized, sandbox.FaultNotFound, sandbox.FaultNotFoundPlain}
	for path, generate := range map[string]func(*testing.T, *Client) (Secret, error){
		"generateapikey": func(t *testing.T, c *Client) (Secret, error) {
			return c.GenerateAPIKey(t.Context(), sandbox.DatevClientID, uuid.MustParse(sandbox.DatevExportID))
		},
		"generatesecret": func(t *testing.T, c *Client) (Secret, error) {
			return c.GenerateClientSecret(t.Context(), sandbox.DatevClientID)
		},
	} {
		for _, kind := range sandbox.FaultKinds() {
			if kind == sandbox.FaultLatency || kind == sandbox.FaultMissingFields {
				continue // no faults here
			}
			t.Run(path+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					box, c := workspace(t, sandbox.Fault{Kind: kind, Method: "POST", Path: "/clientapplications/*/" + path})
					secret, err := generate(t, c)
					var effect *EffectError
					if open := errors.As(err, &effect); err == nil || !secret.IsZero() || open == slices.Contains(refused, kind) || open && effect.ReadBack == nil {
						t.Errorf("got %v", err)
					}
					if n := sent(box, "POST"); n != 1 && kind != sandbox.FaultRateLimited {
						t.Errorf("sent %d times", n)
					}
				})
			})
		}
	}
}

func TestGenerateUnknown(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	if _, err := c.GenerateAPIKey(t.Context(), "gone", zapierID); !Is(err, KindInvalid) {
		t.Errorf("for a client application that is not there: %v", err)
	}
	if _, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, unknownID); !Is(err, KindNotFound) {
		t.Errorf("for an API user that is not there: %v", err)
	}
	if _, err := c.GenerateClientSecret(t.Context(), "gone"); !Is(err, KindNotFound) {
		t.Errorf("a secret for nobody: %v", err)
	}
}

// TestClientIDsStayInTheirPath holds hostile ids to their place in the address.
func TestClientIDsStayInTheirPath(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", ".", ".."} {
		box, c := workspace(t)
		_, keyErr := c.GenerateAPIKey(t.Context(), id, zapierID)
		_, secretErr := c.GenerateClientSecret(t.Context(), id)
		_, updateErr := c.UpdateClientApplication(t.Context(), id, "x", nil)
		for _, err := range []error{keyErr, secretErr, updateErr, c.DeleteClientApplication(t.Context(), id)} {
			if !Is(err, KindInvalid) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if n := len(box.Requests()); n > 0 {
			t.Errorf("%q: %d requests were sent", id, n)
		}
	}
	for _, id := range []string{"a/b", "a/../zapier", "../apiusers/" + sandbox.ZapierSyncID, "a?b=c", "a#b", "a%2fb", "ä b", "a\nb"} {
		box, c := workspace(t)
		box.AddClientApplication(sandbox.ClientApplication{ClientID: id, DisplayName: "Hostile"})
		if err := c.DeleteClientApplication(t.Context(), id); err != nil {
			t.Errorf("%q: %v", id, err)
		}
		if len(box.ClientApplications()) != len(sandbox.New(sandbox.Options{}).ClientApplications()) || !stands(box, zapierID) {
			t.Errorf("%q: another record was hit", id)
		}
	}
}

func TestClientApplicationsWithFaults(t *testing.T) {
	t.Parallel()
	after := func(kind sandbox.FaultKind) bool {
		return strings.HasSuffix(string(kind), "-after") || kind == sandbox.FaultMissingFields
	}
	form := NewClientApplication{ClientID: "vault", DisplayName: "Vault", IsConfidential: true}
	has := func(box *sandbox.Sandbox) bool {
		return slices.ContainsFunc(box.ClientApplications(), func(a sandbox.ClientApplication) bool { return a.ClientID == "vault" })
	}
	for _, kind := range sandbox.FaultKinds() {
		if kind == sandbox.FaultLatency {
			continue
		}
		t.Run("create "+string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				box, c := workspace(t, sandbox.Fault{Kind: kind, Method: "POST", Path: "/clientapplications"})
				apps, err := c.ListClientApplications(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				app, secret, err := c.CreateClientApplication(t.Context(), form, apps)
				if (err == nil) != after(kind) || has(box) != after(kind) || err == nil && (app.ClientID != "vault" || secret.IsZero() == (kind == sandbox.FaultMissingFields)) {
					t.Errorf("made %v, told %+v %v %v", has(box), app, secret.IsZero(), err)
				}
				if kind == sandbox.FaultNotFound && !Is(err, KindUpstream) {
					t.Errorf("a 404 to a create: %v", err)
				}
				// One that was there before is not taken for the one that was made.
				if after(kind) {
					apps, _ = c.ListClientApplications(t.Context())
					if _, _, err := c.CreateClientApplication(t.Context(), form, apps); err == nil {
						t.Error("it was made twice")
					}
				}
			})
		})
		t.Run("update "+string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				box, c := workspace(t, sandbox.Fault{Kind: kind, Method: "PUT", Path: "/clientapplications/*"})
				app, err := c.UpdateClientApplication(t.Context(), "zapier", "Z", []string{"https://z.example"})
				i := slices.IndexFunc(box.ClientApplications(), func(a sandbox.ClientApplication) bool { return a.ClientID == "zapier" })
				done := box.ClientApplications()[i].DisplayName == "Z"
				if (err == nil) != done || done != after(kind) || err == nil && app.DisplayName != "Z" {
					t.Errorf("done %t, told %+v %v", done, app, err)
				}
			})
		})
		t.Run("delete "+string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				box, c := workspace(t, sandbox.Fault{Kind: kind, Method: "DELETE", Path: "/clientapplications/*"})
				box.AddClientApplication(sandbox.ClientApplication{ClientID: "vault"})
				if err := c.DeleteClientApplication(t.Context(), "vault"); (err == nil) == has(box) || has(box) == after(kind) {
					t.Errorf("there %t, told %v", has(box), err)
				}
			})
		})
	}
}

// TestASecretOfAnotherAnswer: what an answer says that is not the one asked for
// is no secret of ours.
func TestASecretOfAnotherAnswer(t *testing.T) {
	t.Parallel()
	s := &script{replies: map[string][]reply{
		"POST /clientapplications": {asJSON(200, `{"clientId":"other","clientSecret":"of another"}`)},
		"GET /clientapplications":  {asJSON(200, `[{"clientId":"vault","displayName":"Vault"}]`)},
	}}
	app, secret, err := clientWith(t, s, "token-of-the-test").CreateClientApplication(t.Context(), NewClientApplication{ClientID: "vault"}, nil)
	if err != nil || app.ClientID != "vault" || !secret.IsZero() {
		t.Errorf("got %+v %q %v", app, secret.Reveal(), err)
	}
}
