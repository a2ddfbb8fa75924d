package awork

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestReadAPIUsers(t *testing.T) {
	t.Parallel()
	backend, c := workspace(t)
	users, total, err := c.ListAPIUsers(t.Context())
	if err != nil || len(users) != 12 || total != 12 {
		t.Fatalf("got %d of %d, %v", len(users), total, err)
	}
	for i, want := range backend.APIUsers() {
		got := users[i]
		one, err := c.GetAPIUser(t.Context(), got.ID)
		if err != nil || *one != got {
			t.Errorf("one read alone is %+v, %v; in the list it is %+v", one, err, got)
		}
		created, ok := got.CreatedOn.Time()
		if !ok || !created.Equal(want.CreatedOn) || got.ID.String() != want.ID || got.Name != want.Name || got.ClientID != want.ClientID {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if role := got.RoleID.String(); role != want.RoleID && (want.RoleID != "" || got.RoleID != uuid.Nil) {
			t.Errorf("role %s, want %q", role, want.RoleID)
		}
	}
}

// TestListTotal: more API users than came are reported, fewer are not believed.
func TestListTotal(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{"": 1, "0": 1, "1": 1, "70": 70, "-1": 1, "many": 1} {
		r := asJSON(200, `[{"id":"`+zapierID.String()+`","name":"Z"}]`)
		s := &script{replies: map[string][]reply{"GET /apiusers": {with(r, "Aw-Totalitems", header)}}}
		_, total, err := clientWith(t, s, "canary-token").ListAPIUsers(t.Context())
		if err != nil || total != want {
			t.Errorf("Aw-Totalitems %q: got %d, %v, want %d", header, total, err, want)
		}
	}
}

// TestNoList: what is no list is not taken for an empty one.
func TestNoList(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"null", " null\n", "{}", "", `""`, "[null]", "[", "[{}]"} {
		s := &script{replies: map[string][]reply{"GET /apiusers": {asJSON(200, body)}}}
		users, _, err := clientWith(t, s, "canary-token").ListAPIUsers(t.Context())
		if users != nil || !Is(err, KindUpstream) {
			t.Errorf("%q: got %v, %v", body, users, err)
		}
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	for text, want := range map[Timestamp]string{
		"2022-02-23T14:37:07.7040147Z":       "2022-02-23T14:37:07.7040147Z",
		"2021-06-01T12:06:35.27Z":            "2021-06-01T12:06:35.27Z",
		"2021-06-01T12:06:35Z":               "2021-06-01T12:06:35Z",
		"2025-07-24T14:28:39.5966465+00:00":  "2025-07-24T14:28:39.5966465Z",
		"2025-07-24T14:28:39.5966465+02:00":  "2025-07-24T12:28:39.5966465Z",
		"2025-07-24T14:28:39.5":              "2025-07-24T14:28:39.5Z",
		"2025-07-24T14:28:39":                "2025-07-24T14:28:39Z",
		"":                                   "",
		"2025-07-24":                         "",
		"yesterday":                          "",
		"2025-13-24T14:28:39Z":               "",
		"2025-07-24T14:28:39.5966465+00:00Z": "",
	} {
		at, ok := text.Time()
		if ok != (want != "") || ok && at.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: got %v, %v, want %q", text, at, ok, want)
		}
	}
}

// TestDelete follows deletes whose way is known step by step.
func TestDelete(t *testing.T) {
	t.Parallel()
	path := apiUserPath(zapierID)
	lost := reply{err: errors.New("EOF")}
	gone, here, done := asJSON(404, notFound), recordReply(zapierID), reply{status: 204}
	limited := with(reply{status: 429}, "Ratelimit-Reset", "2")
	own := recordReply(uuid.MustParse(sandbox.AdminUserID))
	listed := asJSON(200, "["+here.body+","+own.body+"]")
	others := asJSON(200, "["+recordReply(unknownID).body+"]")
	type outcome int
	const (
		deleted    outcome = iota
		refused            // an *Error: nothing was changed
		stillThere         // an *EffectError: the record was seen to be there
		unknown            // an *EffectError that could not read back
	)
	for name, tc := range map[string]struct {
		deletes, gets, lists, mes []reply
		owns, other               []reply // the token's own API user, and one that is listed
		want                      outcome
		confirmed                 bool // not inferred
		kind                      Kind
		sent                      int
	}{
		"204":                                  {deletes: []reply{done}, want: deleted, confirmed: true, sent: 1},
		"200, empty":                           {deletes: []reply{{status: 200}}, want: deleted, confirmed: true, sent: 1},
		"200, blank":                           {deletes: []reply{{status: 200, body: " \r\n"}}, want: deleted, confirmed: true, sent: 1},
		"200, JSON, there":                     {deletes: []reply{asJSON(200, `{"code":"forbidden"}`)}, want: stillThere, kind: KindUpstream, sent: 3},
		"200, JSON, gone":                      {deletes: []reply{asJSON(200, `{"success":true}`)}, gets: []reply{gone}, want: deleted, confirmed: true, sent: 1},
		"200, JSON, there, then 204":           {deletes: []reply{asJSON(200, `{"success":false}`), done}, want: deleted, confirmed: true, sent: 2},
		"200, JSON, there, then lost, gone":    {deletes: []reply{asJSON(200, `{}`), lost}, gets: []reply{here, gone}, want: deleted, sent: 2},
		"202":                                  {deletes: []reply{{status: 202}}, want: deleted, confirmed: true, sent: 1},
		"a page, gone":                         {deletes: []reply{asHTML(200, "<html>")}, gets: []reply{gone}, want: deleted, sent: 1},
		"a page, there":                        {deletes: []reply{asHTML(200, "<html>")}, want: stillThere, kind: KindUpstream, sent: 3},
		"half of a JSON, gone":                 {deletes: []reply{asJSON(200, `{"mess`)}, gets: []reply{gone}, want: deleted, sent: 1},
		"lost, gone":                           {deletes: []reply{lost}, gets: []reply{gone}, want: deleted, sent: 1},
		"lost, there, repeated":                {deletes: []reply{lost, done}, want: deleted, confirmed: true, sent: 2},
		"lost, there, three times":             {deletes: []reply{lost}, want: stillThere, kind: KindUnavailable, sent: 3},
		"lost, late effect, 404 on repeat":     {deletes: []reply{lost, gone}, gets: []reply{here, gone}, want: deleted, sent: 2},
		"lost, there, a false 404 on repeat":   {deletes: []reply{lost, gone}, want: stillThere, kind: KindUpstream, sent: 2},
		"500, late effect, 404 on repeat":      {deletes: []reply{{status: 500}, gone}, gets: []reply{here, gone}, want: deleted, sent: 2},
		"500, gone":                            {deletes: []reply{{status: 500}}, gets: []reply{gone}, want: deleted, sent: 1},
		"500, there":                           {deletes: []reply{{status: 500}}, want: stillThere, kind: KindUpstream, sent: 3},
		"503, gone at the third look":          {deletes: []reply{{status: 503}}, gets: []reply{here, here, gone}, want: deleted, sent: 3},
		"503, read back with a hiccup":         {deletes: []reply{{status: 503}}, gets: []reply{lost, {status: 502}, gone}, want: deleted, sent: 1},
		"503, read-back refused":               {deletes: []reply{{status: 503}}, gets: []reply{asHTML(403, "<html>")}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, read-back is a page":             {deletes: []reply{{status: 503}}, gets: []reply{asHTML(200, "<html>")}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, read-back is another":            {deletes: []reply{{status: 503}}, gets: []reply{recordReply(unknownID)}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, read-back is a plain 404":        {deletes: []reply{{status: 503}}, gets: []reply{asHTML(404, "<html>")}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, read-back 404 nobody believes":   {deletes: []reply{{status: 503}}, gets: []reply{gone}, mes: []reply{gone}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, read-back 404 not confirmed":     {deletes: []reply{{status: 503}}, gets: []reply{gone}, mes: []reply{lost}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, read-back 404 confirmed later":   {deletes: []reply{{status: 503}}, gets: []reply{gone}, mes: []reply{lost, asJSON(200, goodMe)}, want: deleted, sent: 1},
		"503, read-back 404, and it is listed": {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{listed}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, read-back 404, no list":          {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{asHTML(403, "<html>")}, want: deleted, sent: 1},
		"503, no list, own can't be read":      {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{asHTML(403, "<html>")}, owns: []reply{gone}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, an empty list":                   {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{asJSON(200, "[]")}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, a list without the own":          {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{others}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, a person's token":                {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{others}, owns: []reply{gone}, want: deleted, sent: 1},
		"503, a person's token, 404 for all":   {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{others}, owns: []reply{gone}, other: []reply{gone}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, then 404 for all API users":      {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{gone}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, then 404 for everything":         {deletes: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{gone}, mes: []reply{asJSON(200, goodMe), gone}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, then /me fails at last":          {deletes: []reply{{status: 503}}, gets: []reply{gone}, mes: []reply{asJSON(200, goodMe), lost}, want: unknown, kind: KindUnavailable, sent: 1},
		"503, then a 404 not confirmed":        {deletes: []reply{{status: 503}, gone}, gets: []reply{here, gone}, mes: []reply{lost}, want: unknown, kind: KindUnavailable, sent: 2},
		"503, then may not":                    {deletes: []reply{{status: 503}, asJSON(401, deniedBody)}, want: stillThere, kind: KindPermissionDenied, sent: 2},
		"503, then 429, then done":             {deletes: []reply{{status: 503}, limited, done}, want: deleted, confirmed: true, sent: 3},
		"never was":                            {deletes: []reply{gone}, gets: []reply{gone}, want: refused, kind: KindNotFound, sent: 1},
		"never was, /me lost at first":         {deletes: []reply{gone}, gets: []reply{gone}, mes: []reply{lost, asJSON(200, goodMe)}, want: refused, kind: KindUnavailable, sent: 1},
		"never was, /me 503 at first":          {deletes: []reply{gone}, gets: []reply{gone}, mes: []reply{{status: 503}, asJSON(200, goodMe)}, want: refused, kind: KindUnavailable, sent: 1},
		"never was, /me limited at first":      {deletes: []reply{gone}, gets: []reply{gone}, mes: []reply{limited, asJSON(200, goodMe)}, want: refused, kind: KindNotFound, sent: 2},
		"may not, /me lost":                    {deletes: []reply{asJSON(401, deniedBody)}, mes: []reply{lost}, want: refused, kind: KindPermissionDenied, sent: 1},
		"limited, then done":                   {deletes: []reply{limited, done}, want: deleted, confirmed: true, sent: 2},
		"limited for three times":              {deletes: []reply{limited}, want: refused, kind: KindRateLimited, sent: 3},
		"limited for long":                     {deletes: []reply{with(reply{status: 429}, "Ratelimit-Reset", "11")}, want: refused, kind: KindRateLimited, sent: 1},
		"redirect":                             {deletes: []reply{with(reply{status: 307}, "Location", "/x")}, want: stillThere, kind: KindUpstream, sent: 3},
		"redirect to nowhere":                  {deletes: []reply{with(reply{status: 307}, "Location", ":")}, want: stillThere, kind: KindUpstream, sent: 3},
		"redirect, gone":                       {deletes: []reply{{status: 307}}, gets: []reply{gone}, want: deleted, sent: 1},
		"another change came between":          {deletes: []reply{asJSON(400, `{"code":"concurrency-violation","description":"d"}`)}, want: refused, kind: KindUpstream, sent: 1},
		"a 404 nobody believes, at the first":  {deletes: []reply{gone}, mes: []reply{asHTML(200, "<html>")}, want: refused, kind: KindUpstream, sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if tc.gets == nil {
					tc.gets = []reply{here}
				}
				if tc.mes == nil {
					tc.mes = []reply{asJSON(200, goodMe)}
				}
				if tc.lists == nil {
					tc.lists = []reply{asJSON(200, "["+own.body+"]")}
				}
				if tc.owns == nil {
					tc.owns = []reply{own}
				}
				if tc.other == nil {
					tc.other = []reply{recordReply(unknownID)}
				}
				s := &script{replies: map[string][]reply{"DELETE " + path: tc.deletes, "GET " + path: tc.gets, "GET /apiusers": tc.lists, "GET /me": tc.mes,
					"GET " + apiUserPath(uuid.MustParse(sandbox.AdminUserID)): tc.owns, "GET " + apiUserPath(unknownID): tc.other}}
				d, err := clientWith(t, s, "canary-token").DeleteAPIUser(t.Context(), zapierID)
				if d.Inferred != (tc.want == deleted && !tc.confirmed) {
					t.Errorf("inferred: %v", d.Inferred)
				}
				got := refused
				var effect *EffectError
				switch {
				case err == nil:
					got = deleted
				case errors.As(err, &effect) && effect.ReadBack == nil:
					got = stillThere
				case errors.As(err, &effect):
					got = unknown
				}
				if got != tc.want {
					t.Fatalf("got %d, want %d: %v\n%q", got, tc.want, err, s.asked)
				}
				if tc.want != deleted && !Is(err, tc.kind) {
					t.Errorf("want kind %d: %v", tc.kind, err)
				}
				if n := s.count("DELETE " + path); n != tc.sent {
					t.Errorf("sent %d times, want %d: %q", n, tc.sent, s.asked)
				}
			})
		})
	}
}

func TestDeleteInTheWorkspace(t *testing.T) {
	t.Parallel()
	backend, c := workspace(t)
	if err := errOf(c.DeleteAPIUser(t.Context(), zapierID)); err != nil || exists(backend, zapierID) {
		t.Fatal(err)
	}
	if err := errOf(c.DeleteAPIUser(t.Context(), zapierID)); !Is(err, KindNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	other := uuid.MustParse(sandbox.TimeDashboardID)
	err := errOf(clientWith(t, backend.RoundTripper(), sandbox.NobodyToken).DeleteAPIUser(t.Context(), other))
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindPermissionDenied || e.Identity == nil || e.Identity.ID.String() != sandbox.NobodyUserID {
		t.Errorf("with a token that may not: %v", err)
	}
	err = errOf(clientWith(t, backend.RoundTripper(), "no-such-token").DeleteAPIUser(t.Context(), other))
	if !errors.As(err, &e) || e.Kind != KindUnauthenticated || e.Status != http.StatusUnauthorized {
		t.Errorf("with a bad token: %v", err)
	}
	if !exists(backend, other) {
		t.Error("gone")
	}
}
