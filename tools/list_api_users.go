package tools

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	defaultLimit = 50
	maxLimit     = 200
)

type listInput struct {
	text, role, client string
	adminOnly          bool
	createdBefore      time.Time
	limit              int
	cursor             string
}

type listResult struct {
	Result
	APIUsers   []*APIUser `json:"apiUsers"`
	Total      int        `json:"total"`
	NextCursor string     `json:"nextCursor,omitempty"`
}

func listAPIUsers() *tool {
	return reading(spec{
		name: "list_api_users", title: "List API users", idempotent: true,
		description: "List the API users of the workspace, by name, with role, admin or not, client application and creator. All filters are optional and combine. " +
			"awork keeps no date of last use.",
		output: []property{{"apiUsers", "array"}, {"total", "integer"}, {"nextCursor", "string"}},
	}, func(in *listInput) []field {
		return []field{
			stringField("text", "part of the name, id or client id", &in.text),
			stringField("role", "role id or exact name", &in.role),
			stringField("client", "client application id or exact name", &in.client),
			boolField("adminOnly", "only those that count as admins", &in.adminOnly),
			dateField("createdBefore", "date, or date and time", &in.createdBefore),
			intField("limit", "at most so many; 50 if left out", 1, maxLimit, &in.limit),
			stringField("cursor", "nextCursor of the page before, with the same filters", &in.cursor),
		}
	}, list)
}

func list(ctx context.Context, c *call, in listInput) (reply, error) {
	c.doing = "list API users"
	after, err := in.openCursor()
	if err != nil {
		return nil, err
	}
	users, err := c.account.roster(ctx)
	if err != nil {
		return nil, err
	}
	n, all := c.account.directory.names(ctx, users), users.all
	f, err := in.resolve(n, all)
	if err != nil {
		return nil, err
	}
	matching := slices.DeleteFunc(slices.Clone(all), func(u awork.APIUser) bool { return !f.matches(n, u) })
	slices.SortFunc(matching, byName)
	page := slices.Clone(matching)
	if after != nil {
		page = slices.DeleteFunc(page, func(u awork.APIUser) bool { return byName(u, *after) <= 0 })
	}
	r := &listResult{Total: len(matching), APIUsers: []*APIUser{}}
	if limit := cmp.Or(in.limit, defaultLimit); len(page) > limit {
		page = page[:limit]
		r.NextCursor = in.cursorAfter(page[limit-1])
	}
	admins := 0
	for _, u := range page {
		s := n.show(u)
		if s.Admin {
			admins++
		}
		r.APIUsers = append(r.APIUsers, s)
	}
	r.Outcome, r.Warnings = Found, n.warningsFor(page...)
	r.Warnings = append(r.Warnings, users.warnings("this list is not complete")...)
	r.Message = fmt.Sprintf("Here are %d of the %d that match, of %s in all; %d of those here count as admins.", len(page), len(matching), count(users.total, "API user"), admins)
	if r.NextCursor != "" {
		r.Message += " For more, call again with nextCursor as cursor."
	}
	return r, nil
}

func byName(a, b awork.APIUser) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID.String(), b.ID.String()))
}

// filter is listInput's filters with role and client looked up.
type filter struct {
	listInput
	roleID   uuid.UUID
	clientID string
}

func (in listInput) resolve(n names, all []awork.APIUser) (f filter, err error) {
	f.listInput = in
	// A role or a client application that is gone can still be asked for by its id.
	if id, parseErr := parseUUID(in.role); parseErr == nil && slices.ContainsFunc(all, func(u awork.APIUser) bool { return u.RoleID == id }) {
		f.roleID = id
	} else if in.role != "" {
		if f.roleID, err = n.findRole("role", in.role); err != nil {
			return f, err
		}
	}
	if slices.ContainsFunc(all, func(u awork.APIUser) bool { return u.ClientID == in.client }) {
		f.clientID = in.client
	} else if in.client != "" {
		f.clientID, err = n.findClient("client", in.client)
	}
	return f, err
}

func (f filter) matches(n names, u awork.APIUser) bool {
	text := strings.ToLower(f.text)
	contains := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	created, dated := u.CreatedOn.Time()
	return (contains(u.Name) || contains(clean(u.Name)) || contains(u.ID.String()) || contains(u.ClientID)) &&
		(f.role == "" || f.roleID == u.RoleID) &&
		(f.client == "" || f.clientID == u.ClientID) &&
		(!f.adminOnly || n.whyAdmin(u) != "") &&
		(f.createdBefore.IsZero() || dated && created.Before(f.createdBefore))
}

// cursor is the place after which a page goes on. It belongs to the filters it
// was made under, and stays good when API users come and go meanwhile.
type cursor struct {
	Filters string    `json:"f"`
	Name    string    `json:"n"`
	ID      uuid.UUID `json:"i"`
}

func (in listInput) filters() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %t %s", in.text, in.role, in.client, in.adminOnly, in.createdBefore))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

func (in listInput) cursorAfter(u awork.APIUser) string {
	return base64.RawURLEncoding.EncodeToString(mustMarshal(cursor{Filters: in.filters(), Name: strings.ToLower(u.Name), ID: u.ID}))
}

// openCursor is the API user after which to go on; nil to begin.
func (in listInput) openCursor() (*awork.APIUser, error) {
	if in.cursor == "" {
		return nil, nil
	}
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(in.cursor))
	if err != nil || json.Unmarshal(b, &c) != nil || c.ID == uuid.Nil {
		return nil, refuse(InvalidInput, "cursor must be the nextCursor of an earlier answer; received %s. Leave it out to begin anew.", quoted(in.cursor))
	}
	if c.Filters != in.filters() {
		return nil, refuse(InvalidInput, "cursor belongs to a list with other filters. Give the same filters as before, or leave cursor out to begin anew.")
	}
	return &awork.APIUser{ID: c.ID, Name: c.Name}, nil
}
