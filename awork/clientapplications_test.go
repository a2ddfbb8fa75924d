package awork

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestClientIDsStayInTheirPath holds hostile ids to their place in the address.
func TestClientIDsStayInTheirPath(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", ".", ".."} {
		backend, c := workspace(t)
		_, keyErr := c.GenerateAPIKey(t.Context(), id, zapierID)
		_, secretErr := c.GenerateClientSecret(t.Context(), id)
		_, updateErr := c.UpdateClientApplication(t.Context(), ClientApplication{ClientID: id}, "x", nil)
		_, getErr := c.GetClientApplication(t.Context(), id)
		for _, err := range []error{keyErr, secretErr, updateErr, getErr, errOf(c.DeleteClientApplication(t.Context(), id))} {
			if want := "awork: no client application can be asked for by the id " + strconv.Quote(id); !Is(err, KindInvalid) || err.Error() != want {
				t.Errorf("%q: %v", id, err)
			}
		}
		if n := len(backend.Requests()); n > 0 {
			t.Errorf("%q: %d requests were sent", id, n)
		}
	}
	for _, id := range []string{"a/b", "a/../zapier", "../apiusers/" + sandbox.ZapierSyncID, "a?b=c", "a#b", "a%2fb", "ä b", "a\nb"} {
		backend, c := workspace(t)
		backend.AddClientApplication(sandbox.ClientApplication{ClientID: id, DisplayName: "Hostile"})
		if err := errOf(c.DeleteClientApplication(t.Context(), id)); err != nil {
			t.Errorf("%q: %v", id, err)
		}
		if len(backend.ClientApplications()) != len(sandbox.New(sandbox.Options{}).ClientApplications()) || !exists(backend, zapierID) {
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
	has := func(backend *sandbox.Sandbox) bool {
		return slices.ContainsFunc(backend.ClientApplications(), func(a sandbox.ClientApplication) bool { return a.ClientID == "vault" })
	}
	for _, kind := range sandbox.FaultKinds() {
		if kind == sandbox.FaultLatency {
			continue
		}
		t.Run("create "+string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				backend, c := workspace(t, sandbox.Fault{Kind: kind, Method: "POST", Path: "/clientapplications"})
				apps, err := c.ListClientApplications(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				app, secret, err := c.CreateClientApplication(t.Context(), form, apps)
				if (err == nil) != after(kind) || has(backend) != after(kind) || err == nil && (app.ClientID != "vault" || secret.IsZero() == (kind == sandbox.FaultMissingFields)) {
					t.Errorf("made %v, reported %+v %v %v", has(backend), app, secret.IsZero(), err)
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
				backend, c := workspace(t, sandbox.Fault{Kind: kind, Method: "PUT", Path: "/clientapplications/*"})
				r, err := c.pinnedRecord(t.Context(), "PUT", "zapier")
				if err != nil {
					t.Fatal(err)
				}
				was, err := r.read(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				app, err := c.UpdateClientApplication(t.Context(), *was, "Z", []string{"https://z.example"})
				i := slices.IndexFunc(backend.ClientApplications(), func(a sandbox.ClientApplication) bool { return a.ClientID == "zapier" })
				done := backend.ClientApplications()[i].DisplayName == "Z"
				if (err == nil) != done || done != after(kind) || err == nil && app.DisplayName != "Z" {
					t.Errorf("done %t, reported %+v %v", done, app, err)
				}
			})
		})
		t.Run("delete "+string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				backend, c := workspace(t, sandbox.Fault{Kind: kind, Method: "DELETE", Path: "/clientapplications/*"})
				backend.AddClientApplication(sandbox.ClientApplication{ClientID: "vault"})
				if err := errOf(c.DeleteClientApplication(t.Context(), "vault")); (err == nil) == has(backend) || has(backend) == after(kind) {
					t.Errorf("there %t, reported %v", has(backend), err)
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
	s.replies["POST /clientapplications/vault/generatesecret"] = []reply{asJSON(200, `{"clientSecret":"half right","access_token":7}`)}
	if secret, err := clientWith(t, s, "token-of-the-test").GenerateClientSecret(t.Context(), "vault"); err == nil || !secret.IsZero() {
		t.Errorf("got %q %v", secret.Reveal(), err)
	}
}

// TestUpdateClientApplication follows updates step by step: what someone else
// has done is never overwritten, nor reported as what was before.
func TestUpdateClientApplication(t *testing.T) {
	t.Parallel()
	app := func(name, uri string) reply {
		return asJSON(200, fmt.Sprintf(`{"clientId":"zapier","displayName":%q,"redirectUris":[%q],"updatedOn":"2026-01-01T00:00:00Z"}`, name, uri))
	}
	before, after, others := app("Zapier", "https://z.example"), app("Z", "https://new.example"), app("Zapier", "https://theirs.example")
	normalised := app("Z", "https://new.example/")
	another := asJSON(200, `{"clientId":"other","displayName":"Z","redirectUris":["https://new.example"]}`)
	was := ClientApplication{ClientID: "zapier", DisplayName: "Zapier", RedirectURIs: []string{"https://z.example"}, UpdatedOn: "2026-01-01T00:00:00Z"}
	down, html := reply{status: 503}, asHTML(200, "<html>")
	type outcome int
	const (
		updated outcome = iota
		refused         // a *ChangedError: nothing was sent
		there           // an *EffectError: as it was
		changed         // an *EffectError that wraps a *ChangedError
		unknown         // an *EffectError that could not read back
		failed          // an *Error
	)
	for name, tc := range map[string]struct {
		gets, puts []reply
		want       outcome
		sent       int
	}{
		"done":                              {[]reply{before}, []reply{after}, updated, 1},
		"changed before it is sent":         {[]reply{others}, nil, refused, 0},
		"renamed before it is sent":         {[]reply{app("Zap", "https://z.example")}, nil, refused, 0},
		"gone before it is sent":            {[]reply{asJSON(404, notFound)}, nil, failed, 0},
		"another one is there":              {[]reply{asJSON(200, `{"clientId":"other"}`)}, nil, failed, 0},
		"503, done":                         {[]reply{before, after}, []reply{down}, updated, 1},
		"503, not done, then done":          {[]reply{before}, []reply{down, after}, updated, 2},
		"503 for ever":                      {[]reply{before}, []reply{down}, there, 3},
		"503, and someone else changes it":  {[]reply{before, others}, []reply{down}, changed, 1},
		"503, 503, and someone else":        {[]reply{before, before, others}, []reply{down}, changed, 2},
		"awork makes another thing of it":   {[]reply{before, normalised}, []reply{normalised}, changed, 1},
		"a page, and half of it is done":    {[]reply{before, app("Z", "https://z.example")}, []reply{html}, changed, 1},
		"the name is not taken over":        {[]reply{before, app("Zapier", "https://new.example")}, []reply{app("Zapier", "https://new.example")}, changed, 1},
		"another's answer, done":            {[]reply{before, after}, []reply{another}, updated, 1},
		"another's answer, not done":        {[]reply{before}, []reply{another}, there, 3},
		"503, and the read-back is refused": {[]reply{before, asHTML(403, "<html>")}, []reply{down}, unknown, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"GET /clientapplications/zapier": tc.gets, "PUT /clientapplications/zapier": tc.puts, "GET /me": {asJSON(200, goodMe)}}}
				now, err := clientWith(t, s, "canary-token").UpdateClientApplication(t.Context(), was, "Z", []string{"https://new.example"})
				var diff *ChangedError[ClientApplication]
				var effect *EffectError
				got := failed
				switch {
				case err == nil:
					got = updated
				case errors.As(err, &effect) && errors.As(err, &diff):
					got = changed
				case errors.As(err, &diff):
					got = refused
				case errors.As(err, &effect) && effect.ReadBack == nil:
					got = there
				case errors.As(err, &effect):
					got = unknown
				}
				if n := s.count("PUT /clientapplications/zapier"); got != tc.want || n != tc.sent {
					t.Errorf("got %d after %d PUTs, want %d after %d: %v", got, n, tc.want, tc.sent, err)
				}
				if got == updated && !slices.Equal(now.RedirectURIs, []string{"https://new.example"}) {
					t.Errorf("reported %+v", now)
				}
				if diff != nil && (!diff.Was.equal(was) || diff.Now.equal(was)) {
					t.Errorf("reported %+v", diff)
				}
			})
		})
	}
}

// TestNamelessClientApplications: one without a clientId is nobody's.
func TestNamelessClientApplications(t *testing.T) {
	t.Parallel()
	body := asJSON(200, `[{"displayName":"Ghost"},{"clientId":null,"displayName":"Ghost"},{"clientId":"zapier","displayName":"Zapier"}]`)
	s := &script{replies: map[string][]reply{"GET /clientapplications": {with(body, "Aw-Totalitems", "3")}}}
	apps, err := clientWith(t, s, "canary-token").ListClientApplications(t.Context())
	if err != nil || len(apps) != 1 || apps[0].ClientID != "zapier" {
		t.Errorf("got %+v, %v", apps, err)
	}
}
