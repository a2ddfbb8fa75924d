package awork

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestPages reads lists of every awkward length from servers that do and don't
// say how many there are, and from one that knows no pages.
func TestPages(t *testing.T) {
	t.Parallel()
	const noTotal, total, noPages, endless = "no total", "total", "no pages", "endless"
	for name, tc := range map[string]struct {
		server string
		length int
		asked  int
		ok     bool
	}{
		"none":                      {total, 0, 1, true},
		"one":                       {total, 1, 1, true},
		"one page":                  {total, 1000, 1, true},
		"one more":                  {total, 1001, 2, true},
		"the most":                  {total, 10_000, 10, true},
		"more than ten pages":       {total, 10_001, 11, true},
		"none, no total":            {noTotal, 0, 1, true},
		"one page, no total":        {noTotal, 1000, 2, true},
		"one more, no total":        {noTotal, 1001, 3, true},
		"all at once":               {noPages, 1500, 1, true},
		"a total that never comes":  {endless, 10, 2, false},
		"two pages short, no total": {noTotal, 1999, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			c := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
				asked++
				q := req.URL.Query()
				if q.Get("showArchived") != "true" || q.Get("pageSize") != "1000" || q.Get("page") != strconv.Itoa(asked) {
					t.Errorf("asked %v", q)
				}
				from, to := min((asked-1)*1000, tc.length), min(asked*1000, tc.length)
				if tc.server == noPages {
					from, to = 0, tc.length
				}
				users := make([]User, to-from)
				for i := range users {
					users[i].ID = uuid.UUID{15: 1, 0: byte((from + i) >> 8), 1: byte(from + i)}
				}
				body, err := json.Marshal(users)
				if err != nil {
					t.Error(err)
				}
				r := asJSON(200, string(body))
				switch tc.server {
				case total, noPages:
					r = with(r, "Aw-Totalitems", strconv.Itoa(tc.length))
				case endless:
					r = with(r, "Aw-Totalitems", "5000")
				}
				return (&script{replies: map[string][]reply{"GET /users": {r}}}).RoundTrip(req)
			}), "canary-token")
			users, err := c.ListUsers(t.Context())
			if (err == nil) != tc.ok || asked != tc.asked || !tc.ok && !Is(err, KindUpstream) {
				t.Fatalf("got %d users, %v, after %d requests", len(users), err, asked)
			}
			seen := map[uuid.UUID]bool{}
			for _, u := range users {
				seen[u.ID] = true
			}
			if tc.ok && (len(users) != tc.length || len(seen) != tc.length) {
				t.Errorf("got %d users, %d of them different, want %d", len(users), len(seen), tc.length)
			}
		})
	}
}

func TestPageFails(t *testing.T) {
	t.Parallel()
	s := &script{replies: map[string][]reply{"GET /webhooks": {with(asJSON(200, `[{"id":"`+zapierID.String()+`"}]`), "Aw-Totalitems", "2"), asHTML(200, "<html>")}}}
	if hooks, err := clientWith(t, s, "canary-token").ListWebhooks(t.Context()); hooks != nil || !Is(err, KindUpstream) {
		t.Errorf("got %v, %v: half of a list", hooks, err)
	}
}

// TestIncompleteLists: where awork says that there is more, a list comes with an
// error, or for API users with their number.
func TestIncompleteLists(t *testing.T) {
	t.Parallel()
	record := `[{"id":"` + zapierID.String() + `","name":"Z","clientId":"z"}]`
	for total, complete := range map[string]bool{"": true, "0": true, "1": true, "2": false, "-1": true, "99999999999": true} {
		answer := []reply{with(asJSON(200, record), "Aw-Totalitems", total)}
		s := &script{replies: map[string][]reply{"GET /apiusers": answer, "GET /clientapplications": answer, "GET /roles": answer}}
		c := clientWith(t, s, "canary-token")
		check := func(what string, n int, err error) {
			t.Helper()
			if n != 1 || (err == nil) != complete || errors.Is(err, ErrIncomplete) == complete {
				t.Errorf("%s, total %q: %d, %v", what, total, n, err)
			}
			if !complete && (!Is(err, KindUpstream) || !strings.Contains(err.Error(), "1 entries came of 2")) {
				t.Errorf("%s: %v", what, err)
			}
		}
		users, err := c.allAPIUsers(t.Context())
		check("API users", len(users), err)
		if _, n, err := c.ListAPIUsers(t.Context()); err != nil || (n > 1) == complete {
			t.Errorf("API users, total %q: %d, %v", total, n, err)
		}
		apps, err := c.ListClientApplications(t.Context())
		check("client applications", len(apps), err)
		roles, err := c.ListRoles(t.Context())
		check("roles", len(roles), err)
	}
}

// TestFailedReads: each read reports its failure, and a record without its name is
// one.
func TestFailedReads(t *testing.T) {
	t.Parallel()
	role, client := "/roles/"+roleID, "/clientapplications/x"
	id := uuid.MustParse(roleID)
	nameless := asJSON(200, `{"id":"`+roleID+`"}`)
	for path, tc := range map[string]struct {
		read func(context.Context, *Client) error
		odd  reply
	}{
		"/roles": {func(ctx context.Context, c *Client) error { return errOf(c.ListRoles(ctx)) },
			asJSON(200, "["+nameless.body+"]")},
		role:                    {func(ctx context.Context, c *Client) error { return errOf(c.GetRole(ctx, id)) }, nameless},
		role + "/permissions":   {func(ctx context.Context, c *Client) error { return errOf(c.RolePermissions(ctx, id)) }, nameless},
		"/permissions/features": {func(ctx context.Context, c *Client) error { return errOf(c.Features(ctx)) }, nameless},
		"/me":                   {func(ctx context.Context, c *Client) error { return errOf(c.Me(ctx)) }, asJSON(200, `{"firstName":"A"}`)},
		"/me/permissions":       {func(ctx context.Context, c *Client) error { return errOf(c.MyPermissions(ctx)) }, asJSON(200, "[]")},
		"/users":                {func(ctx context.Context, c *Client) error { return errOf(c.ListUsers(ctx)) }, nameless},
		"/webhooks":             {func(ctx context.Context, c *Client) error { return errOf(c.ListWebhooks(ctx)) }, nameless},
		"/clientapplications":   {func(ctx context.Context, c *Client) error { return errOf(c.ListClientApplications(ctx)) }, nameless},
		client:                  {func(ctx context.Context, c *Client) error { return errOf(c.GetClientApplication(ctx, "x")) }, nameless},
	} {
		for _, answer := range []reply{{status: 500}, tc.odd} {
			s := &script{replies: map[string][]reply{"GET " + path: {answer}}}
			err := tc.read(t.Context(), clientWith(t, s, "canary-token"))
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindUpstream || e.Status != answer.status || e.Path != path {
				t.Errorf("%s, %d: got %v", path, answer.status, err)
			}
		}
	}
}
