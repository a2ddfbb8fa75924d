//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mcpdo is the Inspector's client that keeps a connection between commands, and
// can answer questions.
type mcpdo struct {
	clients
	home, config string
}

// do runs one command.
func (m *mcpdo) do(t *testing.T, args ...string) (stdout string, status int) {
	t.Helper()
	p := m.run(t, m.home, nil, m.path("@modelcontextprotocol", "inspector", "clients", "mcpdo", "build", "mcp-bin.js"), args...)
	status = p.wait(t, timeout)
	return p.stdout.String(), status
}

// pending is a question that mcpdo holds.
type pending struct {
	ElicitationPending struct {
		ID      string          `json:"elicitationId"`
		Message string          `json:"message"`
		Origin  string          `json:"origin"`
		Schema  json.RawMessage `json:"requestedSchema"`
	} `json:"elicitationPending"`
}

func TestInspectorMcpdo(t *testing.T) {
	section(t, "mcpdo", func(t *testing.T, c *tally) {
		n := npm(t)
		for _, transport := range []string{"stdio", "http"} {
			for era, origin := range map[string]string{"legacy": "server-request", "modern": "input-required"} {
				t.Run(transport+" "+era, func(t *testing.T) {
					t.Parallel()
					confirmWithMcpdo(t, c, n, transport, era, origin)
				})
			}
		}
	})
}

func confirmWithMcpdo(t *testing.T, c *tally, n clients, transport, era, origin string) {
	w := newWorkspace(t)
	m := &mcpdo{clients: n, home: newHome(t)}
	m.config = writeServers(t, m.home, map[string]serverEntry{"awork": newEntry(t, transport, era, w.env(), nil)})
	other := connectGo(t, goTarget{transport: "stdio", env: w.env()}) // which the answers must be true for
	out, status := m.do(t, "connect", "awork", "--config", m.config)
	c.must(t, status == 0, "connect: exit status %d, %s", status, cut(out, 500))
	defer stopDaemon(t, c, m)

	for _, answer := range []struct {
		name    string
		args    []string
		outcome string
		status  int
	}{
		{"without the tick", []string{"confirm:=false"}, "declined", inspectorIsError},
		{"decline", []string{"--decline"}, "declined", inspectorIsError},
		{"cancel", []string{"--cancel"}, "declined", inspectorIsError},
		{"accept", []string{"confirm:=true"}, "deleted", inspectorOK},
	} {
		out, _ := m.do(t, "--format", "json", "@awork", "tools/call", "delete_api_user", `apiUserId:="`+target+`"`)
		var q pending
		err := json.Unmarshal([]byte(out), &q)
		p := q.ElicitationPending
		c.must(t, err == nil && p.Origin == origin && strings.Contains(p.Message, `"Zapier Sync"`) && strings.Contains(p.Message, `"Studio Nordlicht"`),
			"%s: no question, or one that does not say what is to be deleted: %s", answer.name, cut(out, 700))
		equal(t, c, answer.name+": API users while the question is open", other.total(t), seeded)
		out, status := m.do(t, append([]string{"--format", "json", "@awork", "elicitation/respond", p.ID}, answer.args...)...)
		var r struct {
			StructuredContent structured `json:"structuredContent"`
		}
		err = json.Unmarshal([]byte(out), &r)
		c.check(t, err == nil && r.StructuredContent.Outcome == answer.outcome && status == answer.status,
			"%s: want %s and exit status %d, have %d and %s", answer.name, answer.outcome, answer.status, status, cut(out, 500))
		want := seeded
		if answer.outcome == "deleted" {
			want--
		}
		equal(t, c, answer.name+": API users after the answer", other.total(t), want)
		equal(t, c, answer.name+": deletions that awork saw", len(w.saw().Deletes), seeded-want)
	}
}

// stopDaemon ends what mcpdo left running to keep its connections.
func stopDaemon(t *testing.T, c *tally, m *mcpdo) {
	t.Helper()
	_, status := m.do(t, "daemon", "stop")
	equal(t, c, "exit status of the daemon's stop", status, 0)
	awaitOrphans(t, "the daemon of mcpdo", func() bool {
		_, err := os.Stat(filepath.Join(m.home, ".mcp-inspector", "mcpdod.sock"))
		return err != nil
	})
}
