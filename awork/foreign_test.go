package awork

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// between is something between the client and a workspace that answers writes in
// its own words, after it passed them on or not.
type between struct {
	inner   http.RoundTripper
	answer  reply
	passOn  bool
	changed bool
}

func (b *between) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return b.inner.RoundTrip(req)
	}
	if b.passOn {
		resp, err := b.inner.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		b.changed = b.changed || resp.StatusCode < 300
		_ = resp.Body.Close()
	}
	return b.answer.response(req), nil
}

// foreignAnswers are answers to a write that are not awork's.
func foreignAnswers() map[string]reply {
	bodies := map[string]reply{
		"HTML":         asHTML(0, "<html><h1>Bad request</h1>"),
		"nothing":      {},
		"other JSON":   asJSON(0, `{"error":"not allowed"}`),
		"text in JSON": asJSON(0, `{"message":"Forbidden"}`),
		"only a code":  asJSON(0, `{"code":"forbidden"}`),
	}
	all := map[string]reply{}
	for _, status := range []int{301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 410, 422, 425, 451} {
		for name, body := range bodies {
			body.status = status
			all[fmt.Sprint(status, " ", name)] = body
		}
	}
	// awork documents a 403 of its edge firewall alone.
	all["403 like awork's"] = asJSON(403, `{"code":"forbidden","description":"No.","link":"l"}`)
	all["403 like its gateway's"] = asJSON(403, gatewayBad)
	all["403 with the plan's code alone"] = asJSON(403, `{"code":"`+CodePlan+`"}`)
	for name, body := range map[string]reply{"a refusal": asJSON(200, `{"code":"forbidden"}`),
		"no success": asJSON(200, `{"success":false}`), "a page": asHTML(200, "<html>"), "null": asJSON(200, "null")} {
		all["200 "+name] = body
	}
	return all
}

// TestForeignAnswerToDelete: an answer that is not awork's proves nothing about a
// delete, so its effect is read back.
func TestForeignAnswerToDelete(t *testing.T) {
	t.Parallel()
	for name, answer := range foreignAnswers() {
		for _, passOn := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " passed on ", passOn), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
					b := &between{inner: backend.RoundTripper(), answer: answer, passOn: passOn}
					d, err := clientWith(t, b, sandbox.AdminToken).DeleteAPIUser(t.Context(), zapierID)
					checkTruth(t, err, exists(backend, zapierID))
					var effect *EffectError
					if passOn != (err == nil) || err != nil && (!errors.As(err, &effect) || effect.ReadBack != nil) {
						t.Errorf("got %v", err)
					}
					acknowledged := answer.status == http.StatusOK && answer.header["Content-Type"] != "text/html"
					if d.Inferred != (passOn && !acknowledged) {
						t.Errorf("inferred: %v", d.Inferred)
					}
					app := sandbox.WebsiteFormsClientID
					d, err = clientWith(t, b, sandbox.AdminToken).DeleteClientApplication(t.Context(), app)
					there := slices.ContainsFunc(backend.ClientApplications(), func(a sandbox.ClientApplication) bool { return a.ClientID == app })
					if passOn != (err == nil) || there == passOn || passOn && d.Inferred == acknowledged {
						t.Errorf("client application: there %v, inferred %v, %v", there, d.Inferred, err)
					}
				})
			})
		}
	}
}

// TestForeignAnswerToPutAndPost: the same for changes and for new API users.
func TestForeignAnswerToPutAndPost(t *testing.T) {
	t.Parallel()
	role := uuid.MustParse(sandbox.AuditorRoleID)
	for name, answer := range foreignAnswers() {
		for _, passOn := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " passed on ", passOn), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
					b := &between{inner: backend.RoundTripper(), answer: answer, passOn: passOn}
					c := clientWith(t, b, sandbox.AdminToken)
					was, err := c.GetAPIUser(t.Context(), zapierID)
					if err != nil {
						t.Fatal(err)
					}
					updated, err := c.UpdateAPIUser(t.Context(), *was, "Renamed", was.RoleID, false)
					now, _ := backend.APIUser(zapierID.String())
					if passOn != (err == nil) || passOn != (now.Name == "Renamed") || passOn && updated.Name != "Renamed" {
						t.Errorf("update: the name is %q: %v", now.Name, err)
					}
					before, _, err := c.ListAPIUsers(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					form := NewAPIUser{Name: "New", RoleID: role}
					made, err := c.CreateAPIUser(t.Context(), form, before, uuid.MustParse(sandbox.AdminUserID))
					var effect *EffectError
					if passOn != (err == nil) || err != nil && (!errors.As(err, &effect) || effect.ReadBack == nil) {
						t.Errorf("create: %v, %v", made, err)
					}
					if _, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, zapierID); !errors.As(err, &effect) || effect.ReadBack == nil {
						t.Errorf("key: %v", err)
					}
				})
			})
		}
	}
}

// TestOwnRefusals: what is in the shape of awork or its gateway, or carries the
// reference of its edge firewall, is a refusal that needs no second look.
func TestOwnRefusals(t *testing.T) {
	t.Parallel()
	own := `{"code":"invalid-operation","description":"No.","link":"l"}`
	for name, answer := range map[string]reply{
		"400": asJSON(400, own), "401": asJSON(401, own), "409": asJSON(409, own), "425": asJSON(425, gatewayBad),
		"401 of the gateway": asJSON(401, gatewayBad), "429": {status: 429},
		"403 of the edge": with(asHTML(403, "<html>"), "X-Edge-Ref", "edge-1"),
		"403 of the plan": asJSON(403, `{"code":"`+CodePlan+`","description":"No."}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				backend, _ := workspace(t)
				c := clientWith(t, &between{inner: backend.RoundTripper(), answer: answer}, sandbox.AdminToken)
				var effect *EffectError
				err := errOf(c.DeleteAPIUser(t.Context(), zapierID))
				if err == nil || errors.As(err, &effect) || slices.ContainsFunc(backend.Requests(), isRead) {
					t.Errorf("got %v: %v", err, backend.Requests())
				}
			})
		})
	}
}

func isRead(r sandbox.Request) bool { return r.Path == "/apiusers/"+zapierID.String() }

// TestCreateBesideAListWithoutTheOwn: a list that lacks the token's own API user,
// which was in the one before, does not show what was made.
func TestCreateBesideAListWithoutTheOwn(t *testing.T) {
	t.Parallel()
	me := uuid.MustParse(sandbox.AdminUserID)
	one := asJSON(200, fmt.Sprintf(`[{"id":%q,"name":"X","roleId":%q,"createdBy":%q}]`, zapierID, unknownID, me))
	s := &script{replies: map[string][]reply{"POST /apiusers": {{status: 503}}, "GET /apiusers": {one}}}
	before := []APIUser{{ID: me, Name: "Own"}}
	form := NewAPIUser{Name: "X", RoleID: unknownID}
	var effect *EffectError
	if u, err := clientWith(t, s, "canary-token").CreateAPIUser(t.Context(), form, before, me); u != nil ||
		!errors.As(err, &effect) || !errors.Is(err, errProvesNothing) || len(effect.Candidates) != 1 {
		t.Errorf("got %v, %v", u, err)
	}
}

// TestRedactedNameIsNotSent: a name that holds the token's value is read redacted,
// and no write replaces it by that.
func TestRedactedNameIsNotSent(t *testing.T) {
	t.Parallel()
	backend, c := workspace(t)
	u, _ := backend.APIUser(zapierID.String())
	u.Name = "key " + sandbox.AdminToken + "!"
	backend.AddAPIUser(u)
	was, err := c.GetAPIUser(t.Context(), zapierID)
	if err != nil || was.Name != "key "+redacted+"!" {
		t.Fatal(was, err)
	}
	role := uuid.MustParse(sandbox.AuditorRoleID)
	updateErr := errOf(c.UpdateAPIUser(t.Context(), *was, was.Name, role, false))
	createErr := errOf(c.CreateAPIUser(t.Context(), NewAPIUser{Name: was.Name, RoleID: role}, nil, unknownID))
	_, _, appErr := c.CreateClientApplication(t.Context(), NewClientApplication{ClientID: "x", RedirectURIs: []string{"https://x.example/" + redacted}}, nil)
	changeErr := errOf(c.UpdateClientApplication(t.Context(), ClientApplication{ClientID: "zapier"}, was.Name, nil))
	roleErr := errOf(c.CreateRole(t.Context(), was.Name, nil, unknownID))
	for i, err := range []error{updateErr, createErr, appErr, changeErr, roleErr} {
		if !Is(err, KindInvalid) || !strings.Contains(err.Error(), redacted) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if n := sent(backend, "PUT") + sent(backend, "POST"); n != 0 {
		t.Errorf("sent %d writes", n)
	}
	if _, err := c.UpdateAPIUser(t.Context(), *was, "Another", role, false); err != nil {
		t.Errorf("with another name: %v", err)
	}
}
