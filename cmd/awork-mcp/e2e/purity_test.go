//go:build e2e && unix

package e2e

import (
	"errors"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestPurity has the one client that takes nothing but messages on stdout.
func TestPurity(t *testing.T) {
	section(t, "purity", func(t *testing.T, c *tally) {
		noisy := goTarget{transport: "stdio", command: []string{"/bin/sh", "-c", `echo starting; exec "$0" --sandbox`, binary}}
		_, err := dialGo(t, noisy)
		c.check(t, err != nil, "this client does not hear noise any more: the test is worth nothing")

		for _, version := range []string{"", "2025-11-25"} {
			for _, args := range [][]string{
				{"--log-level", "debug"},
				{"--log-level", "debug", "--log-format", "text", "--confirm", "strict"},
				{"--log-level", "debug", "--read-only", "stdio"},
			} {
				w := newWorkspace(t)
				w.sandbox.AddFaults(
					sandbox.Fault{Kind: sandbox.FaultLostAfter, Method: "DELETE", Times: 1},
					sandbox.Fault{Kind: sandbox.FaultHTML, Path: "/apiusers/" + spared, Times: 1},
					sandbox.Fault{Kind: sandbox.FaultStatus, Path: "/webhooks", Status: 500, Times: 2},
				)
				g := connectGo(t, goTarget{transport: "stdio", version: version, env: w.env(), args: args})
				g.expectAnswer("accept", map[string]any{"confirm": true, "count": 1})
				for _, tool := range []string{"check_access", "audit_api_users", "list_roles", "list_client_applications", "list_api_users"} {
					_, s, err := g.call(t.Context(), tool, map[string]any{})
					c.check(t, err == nil && s.Outcome == "found", "%s: %v %+v", tool, err, s)
				}
				for _, tool := range []string{"get_api_user", "delete_api_user", "update_api_user", "create_api_user"} {
					for _, id := range []any{spared, target, "\u001b[31m\n\"", nil, 7} {
						_, _, err := g.call(t.Context(), tool, map[string]any{"apiUserId": id, "includeWebhooks": true})
						var wire *jsonrpc.Error
						c.check(t, err == nil || errors.As(err, &wire), "%s of %v: %v", tool, id, err)
					}
				}
				c.check(t, g.total(t) >= seeded-2, "the session does not live any more")
				c.check(t, g.session.Close() == nil, "the session does not close cleanly")
				c.check(t, strings.Contains(g.stderr.String(), "tool call"), "the log is not on stderr: %s", g.stderr)
			}
		}
	})
}
