//go:build e2e && unix

package e2e

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestGoSDK(t *testing.T) {
	section(t, "go-sdk", func(t *testing.T, c *tally) {
		for _, version := range []string{"", "2025-11-25"} {
			for _, over := range []struct {
				name, transport string
				args            []string
				asks            bool
			}{
				{"stdio", "stdio", nil, true},
				{"http", "http", nil, true},
				{"http stateless", "http", []string{"--stateless"}, version == ""},
				{"sse", "sse", nil, false},
			} {
				name := over.name + " " + version
				if version == "" {
					name = over.name + " newest"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w := newWorkspace(t)
					reach := func(args ...string) goTarget {
						to := goTarget{transport: over.transport, version: version, env: w.env(), args: append(args, over.args...)}
						if to.transport != "stdio" {
							to.url, _ = serveHTTP(t, to.env, to.args...)
						}
						return to
					}
					runGoSDK(t, c, w, reach, over.asks)
				})
			}
		}
	})
}

func runGoSDK(t *testing.T, c *tally, w *workspace, reach func(args ...string) goTarget, asks bool) {
	to := reach()
	g := connectGo(t, to)
	want := "2026-07-28"
	if to.version != "" || to.transport == "sse" {
		want = "2025-11-25"
	}
	equal(t, c, "revision", g.session.InitializeResult().ProtocolVersion, want)
	goReads(t, c, g, want)
	goDeletes(t, c, w, g, asks)
	goBulk(t, c, w, g, asks)
	goCancel(t, c, w, g)

	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, s, err := g.call(t.Context(), "get_api_user", map[string]any{"apiUserId": spared})
			c.check(t, err == nil && s.Outcome == "found" && s.APIUserID == spared, "one of twenty calls at once: %v %+v", err, s)
		})
	}
	all.Wait()
	c.check(t, g.session.Close() == nil, "the session does not close cleanly")

	to.formless = true
	formless := connectGo(t, to)
	_, s, err := formless.confirmed(t, c, asks, "delete_api_user", map[string]any{"apiUserId": targetTwo})
	c.check(t, err == nil && s.Outcome == "deleted", "without forms: %v %+v", err, s)
	c.check(t, slices.Contains(w.saw().Deletes, targetTwo), "without forms: awork saw no deletion")

	human := reach("--confirm", "human")
	human.formless = asks
	blocked := connectGo(t, human)
	_, s, err = blocked.call(t.Context(), "delete_api_user", map[string]any{"apiUserId": spared})
	c.check(t, err == nil && s.Outcome == "blocked", "--confirm human, and nobody to be asked: %v %+v", err, s)
	c.check(t, !slices.Contains(w.saw().Deletes, spared), "--confirm human: it was deleted")
}

// goReads lists, reads and gets errors that name what is wrong.
func goReads(t *testing.T, c *tally, g *goClient, version string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	var names []string
	for tool, err := range g.session.Tools(ctx, nil) {
		c.must(t, err == nil, "tools: %v", err)
		names = append(names, tool.Name)
	}
	slices.Sort(names)
	c.check(t, slices.Equal(names, toolNames), "tools: %v", names)
	equal(t, c, "API users", g.total(t), seeded)

	r, s, err := g.call(ctx, "get_api_user", map[string]any{"apiUserId": "no uuid"})
	c.check(t, err == nil && r.IsError && s.Outcome == "invalid_input", "an id that is none: %v %+v", err, s)
	_, _, err = g.call(ctx, "no_such_tool", map[string]any{})
	var wire *jsonrpc.Error
	c.check(t, errors.As(err, &wire) && wire.Code == jsonrpc.CodeInvalidParams, "an unknown tool: %v", err)

	p, err := g.session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "offboard_integration", Arguments: map[string]string{"apiUserId": target}})
	c.check(t, err == nil && len(p.Messages) == 1 && strings.Contains(p.Messages[0].Content.(*mcp.TextContent).Text, target), "prompt: %v %+v", err, p)
	res, err := g.session.ReadResource(ctx, &mcp.ReadResourceParams{URI: "awork://api-users/" + target})
	c.check(t, err == nil && len(res.Contents) == 1 && strings.Contains(res.Contents[0].Text, "Zapier Sync"), "resource: %v %+v", err, res)
	_, err = g.session.ReadResource(ctx, &mcp.ReadResourceParams{URI: "awork://api-users/" + missing})
	code := int64(jsonrpc.CodeInvalidParams)
	if version < "2026" {
		code = -32002 // before SEP-2164
	}
	c.check(t, errors.As(err, &wire) && wire.Code == code, "a resource that is not there: %v, want code %d", err, code)
}

// goDeletes answers the question in each way there is.
func goDeletes(t *testing.T, c *tally, w *workspace, g *goClient, asks bool) {
	t.Helper()
	for _, a := range []struct {
		name, action string
		content      map[string]any
		outcome      string
	}{
		{"decline", "decline", nil, "declined"},
		{"cancel", "cancel", nil, "declined"},
		{"accept without the tick", "accept", map[string]any{"confirm": false}, "declined"},
		{"accept", "accept", map[string]any{"confirm": true}, "deleted"},
	} {
		if !asks && a.outcome != "deleted" {
			continue // nobody is asked
		}
		g.expectAnswer(a.action, a.content)
		r, s, err := g.confirmed(t, c, asks, "delete_api_user", map[string]any{"apiUserId": target})
		c.check(t, err == nil && s.Outcome == a.outcome && r.IsError == (a.outcome != "deleted"), "%s: %v %+v", a.name, err, s)
		asked, _ := g.heard()
		if asks {
			c.check(t, len(asked) == 1 && strings.Contains(asked[0], `"Zapier Sync"`), "%s: asked %q", a.name, asked)
		} else {
			equal(t, c, a.name+": questions", len(asked), 0)
		}
		equal(t, c, a.name+": it was deleted", slices.Contains(w.saw().Deletes, target), a.outcome == "deleted")
	}
}

// goBulk deletes several, with progress.
func goBulk(t *testing.T, c *tally, w *workspace, g *goClient, asks bool) {
	t.Helper()
	ids := []string{bulkOne, bulkTwo, bulkThree}
	if asks {
		g.expectAnswer("accept", map[string]any{"confirm": true, "count": "2"})
		_, s, err := g.call(t.Context(), "delete_api_users", map[string]any{"apiUserIds": ids})
		c.check(t, err == nil && s.Outcome == "declined" && len(w.saw().Deletes) == 1, "another number: %v %+v", err, s)
	}
	g.expectAnswer("accept", map[string]any{"confirm": true, "count": "3"})
	_, s, err := g.confirmed(t, c, asks, "delete_api_users", map[string]any{"apiUserIds": ids})
	c.check(t, err == nil && s.Outcome == "deleted" && len(s.Results) == 3, "bulk: %v %+v", err, s)
	equal(t, c, "bulk: deletions that awork saw", len(w.saw().Deletes), 4)
	late := time.After(2 * time.Second) // the SDK hands notifications on by itself
	_, progress := g.heard()
	for len(progress) < 3 {
		select {
		case <-g.changed:
			_, progress = g.heard()
			continue
		case <-late:
		}
		break
	}
	c.check(t, slices.Equal(progress, []float64{1, 2, 3}), "bulk: progress %v", progress)
}

// goCancel gives a call up, which ends what it does in awork; the session goes on.
func goCancel(t *testing.T, c *tally, w *workspace, g *goClient) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		w.await(ctx, &w.seen.Reading)
		cancel()
	}()
	_, _, err := g.call(ctx, "get_api_user", map[string]any{"apiUserId": slow})
	c.check(t, errors.Is(err, context.Canceled), "a cancelled call: %v", err)
	late, stop := context.WithTimeout(t.Context(), slowness/2)
	defer stop()
	w.await(late, &w.seen.Aborted)
	equal(t, c, "reads given up after the cancel", w.saw().Aborted, 1)
	equal(t, c, "API users, after the cancel", g.total(t), seeded-4)
}
