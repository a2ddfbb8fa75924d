package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// deleteQuestion says what is at stake when API users are deleted.
func (c *call) deleteQuestion(ctx context.Context, n names, users []awork.APIUser) string {
	webhooks, webhooksErr := c.webhooksBy(ctx)
	var b strings.Builder
	what, they, their, one := "this API user", "it", "its", "it"
	if len(users) > 1 {
		what, they, their, one = fmt.Sprintf("these %d API users", len(users)), "they", "their", "one"
	}
	fmt.Fprintf(&b, "Delete %s from the awork workspace %s?\n\n", what, quoted(c.workspace(ctx)))
	for _, u := range users {
		if len(users) > 1 {
			fmt.Fprintf(&b, "• %s\n", oneLine(n, u, webhooks[u.ID]))
			continue
		}
		fmt.Fprintf(&b, "It is named %s.\n%s", quoted(u.Name), n.about(u))
		if made := webhooks[u.ID]; len(made) > 0 {
			fmt.Fprintf(&b, "It made %s: %s.\n", count(len(made), "webhook"), strings.Join(made[:min(5, len(made))], ", "))
		}
	}
	if webhooksErr != nil {
		fmt.Fprintf(&b, "Whether %s made webhooks could not be read.\n", they)
	}
	fmt.Fprintf(&b, "\n%sWhat works with %s keys is likely to stop working. It can't be undone: making %s again gives a new id and no keys.", n.lastAdmin(users), their, one)
	return b.String()
}

// about is what else a question says of an API user, one line each.
func (n names) about(u awork.APIUser) string {
	return fmt.Sprintf("Its id is %s.\nIt %s.\nIt belongs to %s.\nIt was created %s.\n", u.ID, n.standing(u), n.clientOf(u), n.madeWhen(u))
}

// oneLine is an API user in one line of a question about several.
func oneLine(n names, u awork.APIUser, webhooks []string) string {
	line := fmt.Sprintf("%s (%s): %s, %s, created %s", quoted(u.Name), u.ID, n.roleOf(u), n.clientOf(u), n.madeWhen(u))
	if len(webhooks) > 0 {
		line += ", made " + count(len(webhooks), "webhook")
	}
	return line
}

// adminQuestion says what is at stake when an API user becomes an admin; about is
// what else there is to say of it.
func (c *call) adminQuestion(ctx context.Context, what, about string, r role) string {
	rights := "It will hold every right in the workspace: to read, change and delete everything."
	switch r.admin {
	case adminRole:
	case adminUnreadable:
		rights = "What this role may do can't be read: take it for every right in the workspace."
	default:
		rights = "It will count as an admin because " + r.admin + ". That amounts to every right in the workspace."
	}
	if about != "" {
		about += "\n"
	}
	return fmt.Sprintf("%s in the awork workspace %s with the role %s?\n\n%s%s", what, quoted(c.workspace(ctx)), quoted(r.Name), about, rights)
}

// webhooksBy gives the webhooks of the workspace by who made them.
func (c *call) webhooksBy(ctx context.Context) (map[uuid.UUID][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	list, err := c.account.client.ListWebhooks(ctx)
	if err != nil {
		return nil, err
	}
	m := map[uuid.UUID][]string{}
	for _, w := range list {
		m[w.CreatedBy] = append(m[w.CreatedBy], fmt.Sprintf("%s (to %s)", quoted(w.Name), quoted(showWebhook(w).Host)))
	}
	return m, nil
}

func (n names) roleOf(u awork.APIUser) string {
	s := "no role"
	if r, ok := n.roles[u.RoleID]; ok {
		s = "role " + quoted(r.Name)
	} else if u.RoleID != uuid.Nil {
		s = "role " + u.RoleID.String()
	}
	if n.whyAdmin(u) != "" {
		s += " (ADMIN)"
	}
	return s
}

func (n names) clientOf(u awork.APIUser) string {
	switch name := n.clients[u.ClientID]; {
	case u.ClientID == "":
		return "no client application"
	case name == "" && n.clients != nil:
		return "client application " + quoted(u.ClientID) + ", which is gone"
	case name == "":
		return "client application " + quoted(u.ClientID)
	default:
		return "client application " + quoted(name)
	}
}

func (n names) madeWhen(u awork.APIUser) string {
	when := "at a time not known"
	if t, ok := u.CreatedOn.Time(); ok {
		when = "on " + t.Format("2006-01-02")
	}
	name, state := n.creator(u.CreatedBy)
	switch {
	case state == creatorAPIUser:
		return fmt.Sprintf("%s by the API user %s", when, quoted(name))
	case name != "" && state != "":
		return fmt.Sprintf("%s by %s (%s)", when, quoted(name), state)
	case name != "":
		return when + " by " + quoted(name)
	case state != "":
		return when + " by someone who is " + state
	}
	return when
}

// lastAdmin says, in a sentence, where none of the API users that count as
// admins would be left.
func (n names) lastAdmin(without []awork.APIUser) string {
	left, taken := 0, 0
	gone := byID(without)
	for _, u := range n.apiUsers.all {
		if _, ok := gone[u.ID]; !ok && n.whyAdmin(u) != "" {
			left++
		}
	}
	for _, u := range without {
		if n.whyAdmin(u) != "" {
			taken++
		}
	}
	if taken == 0 || left > 0 || !n.apiUsers.whole() {
		return ""
	}
	return "No API user that counts as an admin will be left. "
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
