package awork

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// TestDeleteClientApplication: a lost delete is done only where awork no longer
// knows the application and lists others that it knows.
func TestDeleteClientApplication(t *testing.T) {
	t.Parallel()
	gone, here, other := asJSON(404, notFound), asJSON(200, `{"clientId":"zapier"}`), asJSON(200, `{"clientId":"other"}`)
	others := asJSON(200, "["+other.body+"]")
	for name, tc := range map[string]struct {
		get, list, other reply
		deleted          bool
		stillThere       bool
		says             string // of the read-back that failed
	}{
		"gone":               {get: gone, list: others, other: other, deleted: true},
		"there":              {get: here, stillThere: true},
		"listed":             {get: gone, list: asJSON(200, "["+here.body+"]"), says: "GET /clientapplications/zapier: 404: awork answers 404 for a record that it lists"},
		"no list":            {get: gone, list: reply{status: 500}, says: "GET /clientapplications: 500"},
		"an empty list":      {get: gone, list: asJSON(200, "[]"), says: errEmptyList.Error()},
		"an incomplete list": {get: gone, list: with(others, "Aw-Totalitems", "2"), other: other, says: "1 entries came of 2"},
		"404 for others too": {get: gone, list: others, other: gone, says: "GET /clientapplications/other: 404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{
					"DELETE /clientapplications/zapier": {{status: 503}}, "GET /clientapplications/zapier": {tc.get},
					"GET /clientapplications": {tc.list}, "GET /clientapplications/other": {tc.other}, "GET /me": {asJSON(200, goodMe)}}}
				d, err := clientWith(t, s, "canary-token").DeleteClientApplication(t.Context(), "zapier")
				if tc.deleted {
					if err != nil || !d.Inferred {
						t.Errorf("got %+v, %v", d, err)
					}
					return
				}
				var effect *EffectError
				if !errors.As(err, &effect) || (effect.ReadBack == nil) != tc.stillThere || !strings.Contains(err.Error(), tc.says) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// TestCreateClientApplicationFoundAgain: what a lost create made is the one with
// its id, unless that was there before.
func TestCreateClientApplicationFoundAgain(t *testing.T) {
	t.Parallel()
	listed := asJSON(200, `[{"clientId":"vault"},{"clientId":"zapier"}]`)
	for name, tc := range map[string]struct {
		list   reply
		before []ClientApplication
		says   string // of the read-back that failed
	}{
		"made":             {list: listed},
		"made, not all":    {list: with(listed, "Aw-Totalitems", "3")},
		"there before":     {list: listed, before: []ClientApplication{{ClientID: "vault"}}, says: errNotOne.Error()},
		"not there":        {list: asJSON(200, `[{"clientId":"zapier"}]`), says: errNotOne.Error()},
		"can't be read":    {list: reply{status: 500}, says: "GET /clientapplications: 500"},
		"not among a part": {list: with(asJSON(200, `[{"clientId":"zapier"}]`), "Aw-Totalitems", "2"), says: "1 entries came of 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"POST /clientapplications": {{status: 503}}, "GET /clientapplications": {tc.list}}}
				app, _, err := clientWith(t, s, "canary-token").CreateClientApplication(t.Context(), NewClientApplication{ClientID: "vault"}, tc.before)
				if s.count("POST /clientapplications") != 1 {
					t.Errorf("asked %q", s.asked)
				}
				if tc.says == "" {
					if err != nil || app.ClientID != "vault" {
						t.Errorf("got %+v, %v", app, err)
					}
					return
				}
				var effect *EffectError
				if !errors.As(err, &effect) || effect.ReadBack == nil || !strings.Contains(effect.ReadBack.Error(), tc.says) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
