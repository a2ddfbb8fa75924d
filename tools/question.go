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
	what := "this API user"
	if len(users) > 1 {
		what = fmt.Sprintf("these %d API users", len(users))
	}
	fmt.Fprintf(&b, "Delete %s from the awork workspace %s?\n\n", what, quoted(c.workspace(ctx)))
	for _, u := range users {
		if len(users) > 1 {
			fmt.Fprintf(&b, "• %s\n", oneLine(n, u, webhooks[u.ID]))
			continue
		}
		fmt.Fprintf(&b, "Name: %s\nId: %s\nIt %s.\nIt belongs to %s.\nCreated: %s\n", quoted(u.Name), u.ID, n.standing(u), n.clientOf(u), n.madeWhen(u))
		if made := webhooks[u.ID]; len(made) > 0 {
			fmt.Fprintf(&b, "It made %s: %s.\n", count(len(made), "webhook"), strings.Join(made[:min(5, len(made))], ", "))
		}
	}
	if webhooksErr != nil {
		b.WriteString("Whether they made webhooks could not be read.\n")
	}
	b.WriteString("\n" + n.lastAdmin(users) + "What works with their keys is likely to stop working. It can't be undone: making one again gives a new id and no keys.")
	text := b.String()
	if len(users) == 1 {
		text = strings.NewReplacer("Whether they made", "Whether it made", "with their keys", "with its keys", "making one again", "making it again").Replace(text)
	}
	return text
}

// oneLine is an API user in one line of a question about several.
func oneLine(n names, u awork.APIUser, webhooks []string) string {
	line := fmt.Sprintf("%s: %s, %s, created %s", quoted(u.Name), n.roleOf(u), n.clientOf(u), n.madeWhen(u))
	if len(webhooks) > 0 {
		line += ", made " + count(len(webhooks), "webhook")
	}
	return line
}

// adminQuestion says what is at stake when an API user becomes an admin.
func (c *call) adminQuestion(ctx context.Context, what string, r role) string {
	rights := "It will hold every right in the workspace: to read, change and delete everything."
	if r.admin != adminRole {
		rights = "It counts as an admin because " + r.admin + ". That amounts to every right in the workspace."
	}
	return fmt.Sprintf("%s in the awork workspace %s with the role %s?\n\n%s", what, quoted(c.workspace(ctx)), quoted(r.Name), rights)
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
	case name == "":
		return quoted(u.ClientID)
	default:
		return "client application " + quoted(name)
	}
}

func (n names) madeWhen(u awork.APIUser) string {
	when := "at a time not known"
	if t, ok := u.CreatedOn.Time(); ok {
		when = t.Format("2006-01-02")
	}
	name, state := n.creator(u.CreatedBy)
	switch {
	case name != "" && state != "":
		return fmt.Sprintf("%s by %s (%s)", when, quoted(name), strings.ReplaceAll(state, "_", " "))
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
	for _, u := range n.apiUsers {
		if _, ok := gone[u.ID]; !ok && n.whyAdmin(u) != "" {
			left++
		}
	}
	for _, u := range without {
		if n.whyAdmin(u) != "" {
			taken++
		}
	}
	if taken == 0 || left > 0 || n.apiUsers == nil {
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
