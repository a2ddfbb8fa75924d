package tools

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// webhooksTimeout bounds how long a question waits for the webhooks it names.
const webhooksTimeout = 5 * time.Second

const lastAdmin = "No API user that counts as an admin will be left."

// deleteQuestion says what would happen when API users are deleted.
func deleteQuestion(ctx context.Context, c *call.Call, names directory.Names, users []awork.APIUser) string {
	var webhooks map[uuid.UUID][]string
	var webhooksErr error
	takesLast := false
	var g errgroup.Group
	g.Go(func() error { webhooks, webhooksErr = webhooksByCreator(ctx, c); return nil })
	g.Go(func() error { takesLast = c.Directory.TakesLastAdmin(ctx, names, users); return nil })
	_ = g.Wait()
	var b strings.Builder
	what, they, their := "this API user", "it", "its"
	if len(users) > 1 {
		what, they, their = fmt.Sprintf("these %d API users", len(users)), "they", "their"
	}
	fmt.Fprintf(&b, "Delete %s from the awork workspace %s?\n\n", what, text.Quote(c.Workspace()))
	for _, u := range users {
		if len(users) > 1 {
			fmt.Fprintf(&b, "• %s", userLine(names, u, webhooks[u.ID]))
			if trace, found := c.Directory.CachedTrace(ctx, u.ID); found {
				fmt.Fprintf(&b, ", last trace %s", trace)
			}
			b.WriteString("\n")
			continue
		}
		fmt.Fprintf(&b, "It is named %s.\n%s%s", text.Quote(u.Name), names.Facts(u), webhookLine(webhooks[u.ID]))
		if trace, found := c.Directory.CachedTrace(ctx, u.ID); found {
			fmt.Fprintf(&b, "Its last trace: %s.\n", trace)
		}
	}
	if webhooksErr != nil {
		fmt.Fprintf(&b, "Whether %s made webhooks could not be read.\n", they)
	}
	b.WriteString("\n")
	if takesLast {
		b.WriteString(lastAdmin + " ")
	}
	fmt.Fprintf(&b, "Programs that use %s keys will probably stop working. It can't be undone: an API user made "+
		"again gets a new id and has no keys.", their)
	return b.String()
}

// userLine is an API user in one line of a question about several.
func userLine(names directory.Names, u awork.APIUser, webhooks []string) string {
	line := names.Line(u)
	if len(webhooks) > 0 {
		line += ", made " + text.Count(len(webhooks), "webhook")
	}
	return line
}

// webhookLine names the first of the webhooks that an API user made; empty where
// there are none.
func webhookLine(webhooks []string) string {
	if len(webhooks) == 0 {
		return ""
	}
	return fmt.Sprintf(
		"It made %s: %s.\n",
		text.Count(len(webhooks), "webhook"),
		strings.Join(webhooks[:min(5, len(webhooks))], ", "),
	)
}

// adminQuestion says what would happen when an API user becomes an admin; about is
// what else there is to say of it.
func adminQuestion(c *call.Call, what, about string, r directory.Role) string {
	rights := "It will hold every right in the workspace: to read, change and delete everything."
	switch r.Admin {
	case directory.AdminRole:
	case directory.AdminUnreadable:
		rights = "What this role may do can't be read: take it for every right in the workspace."
	default:
		rights = "It will count as an admin because " + r.Admin + ". That amounts to every right in the workspace."
	}
	if about != "" {
		about += "\n"
	}
	return fmt.Sprintf("%s in the awork workspace %s with the role "+
		"%s?\n\n%s%s", what, text.Quote(c.Workspace()), text.Quote(r.Name), about, rights)
}

// webhooksByCreator returns the webhooks of the workspace by who made them.
func webhooksByCreator(ctx context.Context, c *call.Call) (map[uuid.UUID][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, webhooksTimeout)
	defer cancel()
	list, err := c.Directory.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	m := map[uuid.UUID][]string{}
	for _, w := range list {
		m[w.CreatedBy] = append(m[w.CreatedBy], fmt.Sprintf("%s (to %s)", text.Quote(w.Name), text.Quote(hostOf(w))))
	}
	return m, nil
}

// hostOf returns the host that a webhook calls: the rest of its address may be a
// secret.
func hostOf(w awork.Webhook) string {
	u, err := url.Parse(w.URI)
	if err != nil {
		return ""
	}
	return text.Clean(u.Host)
}
