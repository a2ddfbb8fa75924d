package tools

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

type issueInput struct {
	id           uuid.UUID
	name, client string
	wantedRole
}

func (in *issueInput) subject() uuid.UUID { return in.id }

func issueAPIKey() *tool {
	return writing(spec{
		name: "issue_api_key", title: "Issue API key", family: familyCredentials, destructive: true,
		description: "Make an API key and hand it to where the operator wants secrets to go; it is never shown here. Give apiUserId for an existing API user; " +
			"or name and roleId (or admin: true) to make the API user, and without clientId its client application too.",
		output: []property{{"workspace", "string"}, {"apiUserId", "string"}, {"apiUser", "object"}, {"clientId", "string"}, {"delivered", "object"}, {"exists", "array"}, {"candidates", "array"}, {"error", "object"}},
	}, func(in *issueInput) []field {
		fields := []field{
			apiUserIDField("id of an existing API user", &in.id),
			stringField("name", "name of an API user to make", &in.name),
		}
		return append(append(fields, in.fields()...), stringField("clientId", "client application id or exact name", &in.client))
	}, planIssue)
}

func planIssue(ctx context.Context, c *call, in issueInput) (*change, error) {
	if err := c.tools.needDelivery(); err != nil {
		return nil, err
	}
	c.notDone = "No key was made."
	switch {
	case in.id != uuid.Nil && (in.name != "" || in.role != "" || in.admin):
		return nil, refuse(InvalidInput, "apiUserId names an API user that is there, name, roleId and admin one that is to be made: give one or the other.")
	case in.id != uuid.Nil:
		return c.planKey(ctx, in)
	}
	return c.planNewKey(ctx, in)
}

// planKey plans a key for an API user that is there.
func (c *call) planKey(ctx context.Context, in issueInput) (*change, error) {
	c.doing = "issue a key for API user " + in.id.String()
	u, err := c.account.client.GetAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	c.doing = "issue a key for API user " + quoted(u.Name)
	r, err := c.roleOf(ctx, *u)
	if err != nil {
		return nil, err
	}
	n := c.account.directory.names(ctx, roster{})
	if in.client != "" {
		apps, err := c.account.client.ListClientApplications(ctx)
		if err != nil {
			return nil, err
		}
		n.clients = clientNames(apps)
	}
	if u.RoleID != uuid.Nil {
		n = n.with(r)
	}
	holder := *u
	switch {
	case u.ClientID == "" && in.client == "":
		return nil, refuse(InvalidInput, "clientId is missing: API user %s belongs to no client application, and a key is made for one. Name one with clientId (list_client_applications shows them).", quoted(u.Name))
	case u.ClientID == "":
		if holder.ClientID, err = n.findClient("clientId", in.client); err != nil {
			return nil, err
		}
	case in.client != "" && in.client != u.ClientID && in.client != n.clients[u.ClientID]:
		return nil, refuse(InvalidInput, "clientId contradicts the API user, which belongs to %s. Leave clientId out.", n.clientOf(*u))
	}
	ch := &change{decided: []any{in.id}, targets: []awork.APIUser{*u}, issues: true, newRole: &r, detail: holder.ClientID}
	ch.question = func(ctx context.Context) string {
		facts := n.facts(*u)
		if u.ClientID == "" {
			facts += fmt.Sprintf("The key is made for %s.\n", n.clientOf(holder))
		}
		return c.keyQuestion(ctx, "Make a key for an API user", facts, r)
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		out := &secretResult{ClientID: clean(holder.ClientID)}
		d, err := c.key(ctx, holder, r)
		if err != nil {
			out.Result = *c.secretFailure(err)
			if out.Outcome == Unknown || errors.As(err, new(*lostSecretError)) {
				out.Message += " awork can't take back a single key. Call again for another; to be rid of this one, replace the API user with rotate_api_key and delete it then."
			}
			return out, nil
		}
		out.Outcome, out.APIUser, out.Delivered, out.Warnings = Created, n.show(*u), d, n.warningsFor(*u)
		out.Message = fmt.Sprintf("A key for API user %s is made, proved and delivered: %s. What it may do: %s.", quoted(u.Name), d.Where, r.rights())
		return out, nil
	}
	return ch, nil
}

// facts says who an API user is, a line each.
func (n names) facts(u awork.APIUser) string {
	return fmt.Sprintf("It is named %s.\nIts id is %s.\nIt %s.\nIt belongs to %s.\nIt was created %s.\n", quoted(u.Name), u.ID, n.standing(u), n.clientOf(u), n.madeWhen(u))
}

// planNewKey plans an API user with a key, and a client application where none
// is named.
func (c *call) planNewKey(ctx context.Context, in issueInput) (*change, error) {
	if in.name == "" {
		return nil, refuse(InvalidInput, "Give apiUserId for an API user that is there, or name and roleId for one that is to be made.")
	}
	name, err := checkName(in.name)
	if err != nil {
		return nil, err
	}
	c.doing = "issue a key for a new API user " + quoted(name)
	if in.role == "" && !in.admin {
		return nil, refuse(InvalidInput, "roleId is missing: awork makes an admin of an API user without a role. Give the least role that does the job (list_roles shows them), or admin: true if an admin is meant.")
	}
	r, err := in.resolve(ctx, c, uuid.Nil)
	if err != nil {
		return nil, err
	}
	apps, err := c.account.client.ListClientApplications(ctx)
	if err != nil {
		return nil, err
	}
	n := names{clients: clientNames(apps)}.with(r)
	clientID := ""
	if in.client != "" {
		if clientID, err = n.findClient("clientId", in.client); err != nil {
			return nil, err
		}
	}
	before, err := c.account.roster(ctx)
	if err != nil {
		return nil, err
	}
	n.apiUsers = before
	ch := &change{decided: []any{name, r.ID}, newRole: &r, issues: true, records: before.all, detail: clientID}
	ch.question = func(ctx context.Context) string {
		what, client := "Make an API user and a key", n.clientOf(awork.APIUser{ClientID: clientID})
		if clientID == "" {
			what, client = "Make a client application, an API user and a key", "the new client application, which has its name"
		}
		facts := fmt.Sprintf("The API user is named %s.\nIt has the role %s.\nIt belongs to %s.\n", quoted(name), quoted(r.Name), client)
		return c.keyQuestion(ctx, what, facts, r)
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		p := newProvision(c, n, before, apps)
		return p.make(ctx, awork.NewAPIUser{Name: name, RoleID: r.ID, ClientID: clientID, AdminRole: r.IsAdminRole}, r), nil
	}
	return ch, nil
}

// roleOf reads the role of an API user fresh.
func (c *call) roleOf(ctx context.Context, u awork.APIUser) (role, error) {
	if u.RoleID == uuid.Nil {
		return role{Role: awork.Role{Name: "none"}, admin: adminByOmission}, nil
	}
	list, err := asFarAsItCame(c.account.client.ListRoles(ctx))
	if err != nil {
		return role{}, err
	}
	for _, r := range list {
		if r.ID == u.RoleID {
			full, _ := c.account.directory.readRole(ctx, r)
			return full, nil
		}
	}
	return role{Role: awork.Role{ID: u.RoleID, Name: u.RoleID.String()}, admin: adminUnreadable}, nil
}

// keyQuestion says what is at stake when a key is made; facts are lines on whose.
func (c *call) keyQuestion(ctx context.Context, what, facts string, r role) string {
	warning := ""
	if r.admin != "" {
		warning = "It is an ADMIN KEY.\n"
	}
	return fmt.Sprintf("%s in the awork workspace %s?\n\n%s\n%sWhat the key may do: %s.\n\nThe key goes to %s, and is shown to nobody here. awork can neither list nor take back a single key: what is left is to delete the API user or to give it a lesser role, and awork does not say what that does to its keys.",
		what, quoted(c.workspace(ctx)), facts, warning, r.rights(), c.tools.delivery.Describe())
}

// clientIDFor makes an id for a client application of a name.
func clientIDFor(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String()[:min(40, b.Len())], "-")
	var suffix [3]byte
	_, _ = rand.Read(suffix[:])
	return strings.Trim(slug+"-"+hex.EncodeToString(suffix[:]), "-")
}
