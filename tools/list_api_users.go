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
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

const (
	defaultLimit = 50
	maxLimit     = 200
)

func listAPIUsersTool() *tool {
	return reading(spec{
		name: "list_api_users", title: "List API users", idempotent: true,
		description: "List the API users of the workspace, by name, with role, admin or not, client application and " +
			"creator; createdBy finds what somebody who left has made. All filters are optional and combine. " +
			"awork keeps no date of last use; get_api_user shows last traces.",
		output: []property{{"apiUsers", "array"}, {"total", "integer"}, {"nextCursor", "string"}},
	}, (*listInput).fields, listAPIUsers)
}

type listInput struct {
	text, role, client string
	createdBy          string
	adminOnly          bool
	createdBefore      time.Time
	limit              int
	cursor             string
}

func (in *listInput) fields() []args.Field {
	return []args.Field{
		args.String("text", "part of the name, id or client id", &in.text),
		args.String("role", "role id or exact name", &in.role),
		args.String("client", "client application id or exact name", &in.client),
		args.String("createdBy", "who made them: id, exact name or e-mail of a person or API user", &in.createdBy),
		args.Bool("adminOnly", "only those that count as admins", &in.adminOnly),
		args.Date("createdBefore", "date, or date and time", &in.createdBefore),
		args.Int("limit", "at most so many; 50 if left out", 1, maxLimit, &in.limit),
		args.String("cursor", "nextCursor of the page before, with the same filters", &in.cursor),
	}
}

type listResult struct {
	result.Result
	APIUsers   []*result.APIUser `json:"apiUsers"`
	Total      int               `json:"total"`
	NextCursor string            `json:"nextCursor,omitempty"`
}

func listAPIUsers(ctx context.Context, c *call.Call, in listInput) (result.Reply, error) {
	after, err := in.openCursor()
	if err != nil {
		return nil, err
	}
	users, err := c.Directory.ReadUsers(ctx)
	if err != nil {
		return nil, err
	}
	matching, err := in.filter(ctx, c, users)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(matching, byName)
	page := slices.Clone(matching)
	if after != nil {
		page = slices.DeleteFunc(page, func(u awork.APIUser) bool { return byName(u, *after) <= 0 })
	}
	r := &listResult{Total: len(matching), APIUsers: []*result.APIUser{}}
	if limit := cmp.Or(in.limit, defaultLimit); len(page) > limit {
		page = page[:limit]
		r.NextCursor = in.cursorAfter(page[limit-1])
	}
	names := c.Directory.NamesAmong(ctx, users, page)
	admins := 0
	for _, u := range page {
		s := names.Show(u)
		if s.Admin {
			admins++
		}
		r.APIUsers = append(r.APIUsers, s)
	}
	r.Outcome, r.Warnings = result.Found, append(names.Warnings(page...), users.Warnings("this list is not complete")...)
	r.Message = fmt.Sprintf(
		"Showing %d of %s (%s in all); %s.",
		len(page),
		matches(len(matching)),
		text.Count(users.Total, "API user"),
		countAsAdmins(admins),
	)
	if r.NextCursor != "" {
		r.Message += " For more, call again with nextCursor as cursor."
	}
	return r, nil
}

func matches(n int) string {
	if n == 1 {
		return "1 match"
	}
	return fmt.Sprintf("%d matches", n)
}

func countAsAdmins(n int) string {
	if n == 1 {
		return "1 counts as an admin"
	}
	return fmt.Sprintf("%d count as admins", n)
}

func byName(a, b awork.APIUser) int {
	return cmp.Or(
		cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)),
		cmp.Compare(a.ID.String(), b.ID.String()),
	)
}

// filter returns the API users that match. What they hold is looked up where a
// filter needs it.
func (in listInput) filter(ctx context.Context, c *call.Call, users directory.UserList) ([]awork.APIUser, error) {
	roleID, clientID, err := in.resolve(ctx, c, users)
	if err != nil {
		return nil, err
	}
	var creator uuid.UUID
	if in.createdBy != "" {
		if creator, err = c.Directory.FindCreator(ctx, "createdBy", in.createdBy, users); err != nil {
			return nil, err
		}
	}
	var matching []awork.APIUser
	for _, u := range users.All {
		if in.matches(u) && (in.role == "" || roleID == u.RoleID) && (in.client == "" || clientID == u.ClientID) &&
			(in.createdBy == "" || creator == u.CreatedBy) {
			matching = append(matching, u)
		}
	}
	if !in.adminOnly {
		return matching, nil
	}
	names := c.Directory.RolesAmong(ctx, matching)
	return slices.DeleteFunc(matching, func(u awork.APIUser) bool { return names.WhyAdmin(u) == "" }), nil
}

// resolve finds the role and the client application that are asked for. One that
// is gone can still be asked for by its id.
func (in listInput) resolve(
	ctx context.Context,
	c *call.Call,
	users directory.UserList,
) (roleID uuid.UUID, clientID string, err error) {
	id, parseErr := text.ParseUUID(in.role)
	if parseErr == nil && slices.ContainsFunc(users.All, func(u awork.APIUser) bool { return u.RoleID == id }) {
		roleID = id
	} else if in.role != "" {
		if roleID, err = c.Directory.FindRole(ctx, "role", in.role); err != nil {
			return roleID, "", err
		}
	}
	if slices.ContainsFunc(users.All, func(u awork.APIUser) bool { return u.ClientID == in.client }) {
		clientID = in.client
	} else if in.client != "" {
		clientID, err = c.Directory.FindClient(ctx, "client", in.client)
	}
	return roleID, clientID, err
}

// matches reports whether a record's own fields match.
func (in listInput) matches(u awork.APIUser) bool {
	created, dated := u.CreatedOn.Time()
	if !in.createdBefore.IsZero() && (!dated || !created.Before(in.createdBefore)) {
		return false
	}
	wanted := strings.ToLower(in.text)
	return slices.ContainsFunc([]string{u.Name, text.Clean(u.Name), u.ID.String(), u.ClientID},
		func(s string) bool { return strings.Contains(strings.ToLower(s), wanted) })
}

// cursor is the place after which a page goes on. It belongs to the filters it
// was made under, and stays good when API users come and go meanwhile.
type cursor struct {
	Filters string    `json:"f"`
	Name    string    `json:"n"`
	ID      uuid.UUID `json:"i"`
}

func (in listInput) filters() string {
	sum := sha256.Sum256(
		fmt.Appendf(nil, "%q %q %q %q %t %s", in.text, in.role, in.client, in.createdBy, in.adminOnly, in.createdBefore),
	)
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

func (in listInput) cursorAfter(u awork.APIUser) string {
	return base64.RawURLEncoding.EncodeToString(
		result.JSON(cursor{Filters: in.filters(), Name: strings.ToLower(u.Name), ID: u.ID}),
	)
}

// openCursor is the API user after which to go on; nil to begin.
func (in listInput) openCursor() (*awork.APIUser, error) {
	if in.cursor == "" {
		return nil, nil
	}
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(in.cursor))
	if err != nil || json.Unmarshal(b, &c) != nil || c.ID == uuid.Nil {
		return nil, result.Refuse(result.InvalidInput, "cursor must be the nextCursor of an earlier answer; received "+
			"%s. Leave it out to begin anew.", text.Quote(in.cursor))
	}
	if c.Filters != in.filters() {
		return nil, result.Refuse(result.InvalidInput, "cursor belongs to a list with other filters. Give the same "+
			"filters as before, or leave cursor out to begin anew.")
	}
	return &awork.APIUser{ID: c.ID, Name: c.Name}, nil
}
