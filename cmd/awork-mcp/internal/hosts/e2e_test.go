//go:build e2e_hosts && unix

// The hosts that npm has, as a new user would set them up: on an empty home, by
// the program's own install, with a model that plays a script on loopback.
//
//	go test -tags e2e_hosts -count=1 -v ./cmd/awork-mcp/internal/hosts/
//
// It needs npm, and a network or a warm cache for the first run; the Codex
// terminal also needs tmux.
package hosts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

const (
	timeout = 90 * time.Second
	target  = sandbox.ZapierSyncID
)

// fixture is an empty home with a host that was set up by install.
type fixture struct {
	home, work, bin, journal string
	env                      []string
}

// setUp sets a host up on an empty home, through its own command, and verifies
// that a second install has nothing to do.
func setUp(t *testing.T, host string) *fixture {
	t.Helper()
	p := &fixture{home: t.TempDir(), bin: commands(t, host)}
	p.work, p.journal = filepath.Join(p.home, "work"), filepath.Join(p.home, "journal")
	if err := os.Mkdir(p.work, 0o755); err != nil {
		t.Fatal(err)
	}
	p.env = []string{"HOME=" + p.home, "PATH=" + p.bin + ":/usr/local/bin:/usr/bin:/bin",
		"TERM=xterm-256color", "LANG=C.UTF-8", "TMPDIR=" + p.home}
	// Hosts may keep their own environment in files of theirs; install must not.
	token := []string{"AWORK_TOKEN=canary-token"}
	args := []string{"install", host, "--sandbox", "--confirm=auto", "--journal", p.journal, "--yes"}
	out := p.run(t, token, "awork-mcp", args...)
	if !strings.Contains(out, "Added awork to") || strings.Contains(out, "did not do it") ||
		!strings.Contains(out, "own command") {
		t.Fatalf("install:\n%s", out)
	}
	if out := p.run(t, token, "awork-mcp", args...); !strings.Contains(out, "Nothing to do") {
		t.Fatalf("the second install:\n%s", out)
	}
	t.Cleanup(func() {
		out := p.run(t, token, "awork-mcp", "uninstall", host, "--yes")
		if !strings.Contains(out, "Removed awork from") {
			t.Errorf("uninstall:\n%s", out)
		}
		p.noToken(t)
	})
	return p
}

// run runs a command in the home and gives what it printed, its errors too.
func (p *fixture) run(t *testing.T, env []string, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, program), args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = p.work, slices.Concat(p.env, env), 5*time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("%s: %v", program, err)
	}
	return string(out)
}

// deleted reports whether the journal says that the target is deleted.
func (p *fixture) deleted(t *testing.T) bool {
	t.Helper()
	b, err := os.ReadFile(p.journal)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(b) {
		var e struct{ Tool, APIUserID, Outcome string }
		if json.Unmarshal(line, &e) == nil &&
			e.Tool == "delete_api_user" && e.APIUserID == target && e.Outcome == "deleted" {
			return true
		}
	}
	return false
}

// noToken looks for the environment's token in every file of the home.
func (p *fixture) noToken(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(p.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // hosts remove files of theirs while they are looked at
		}
		if b, err := os.ReadFile(path); err == nil && len(b) < 1<<20 && bytes.Contains(b, []byte("canary-token")) {
			t.Errorf("the token is in %s", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// runHost has a host do what the user asked for, and returns what it printed.
type runHost func(t *testing.T, p *fixture, m *model, approve bool) string

// decides runs a host twice, with and without its approval.
func decides(t *testing.T, host string, steps []step, run runHost) {
	for _, approve := range []bool{true, false} {
		t.Run(fmt.Sprintf("approve=%v", approve), func(t *testing.T) {
			p := setUp(t, host)
			m := newModel(t, steps...)
			out := run(t, p, m, approve)
			got, reported := p.deleted(t), strings.Contains(m.last(), "was deleted")
			if got != approve || reported != approve || m.calls() != len(steps)-1 {
				t.Errorf("deleted: %v, want %v; the model saw %s\n%s", got, approve, m.describe(), out)
			}
			t.Logf("the model saw: %.300s", m.last())
		})
	}
}

func TestOpencode(t *testing.T) {
	steps := []step{{tool: "delete_api_user", args: object{"apiUserId": target}}, {text: "ALL-DONE"}}
	decides(t, "opencode", steps, func(t *testing.T, p *fixture, m *model, approve bool) string {
		may := "allow"
		if !approve {
			may = "ask" // and there is nobody to ask
		}
		config, err := json.Marshal(object{
			"autoupdate": false, "share": "disabled",
			"model": "fake/fake", "small_model": "fake/fake", "enabled_providers": []string{"fake"},
			"provider": object{"fake": object{
				"npm": "@ai-sdk/openai-compatible", "name": "fake",
				"options": object{"baseURL": m.url, "apiKey": "x"},
				"models": object{"fake": object{
					"name": "fake", "tool_call": true, "limit": object{"context": 100000, "output": 4000}}}}},
			"permission": object{"awork_*": may},
		})
		if err != nil {
			t.Fatal(err)
		}
		env := []string{"OPENCODE_CONFIG_CONTENT=" + string(config), "OPENCODE_DISABLE_MODELS_FETCH=1",
			"OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1"}
		return p.run(t, env, "opencode", "run", "Delete the API user Zapier Sync")
	})
}

func TestQwenCode(t *testing.T) {
	// It shows the tools of servers only to who asks for them.
	steps := []step{
		{tool: "tool_search", args: object{"query": "select:mcp__awork__delete_api_user"}},
		{tool: "tool_call", args: object{"name": "mcp__awork__delete_api_user", "arguments": object{"apiUserId": target}}},
		{text: "ALL-DONE"},
	}
	decides(t, "qwen", steps, func(t *testing.T, p *fixture, m *model, approve bool) string {
		args := []string{"--auth-type", "openai", "-p", "Delete the API user Zapier Sync"}
		if approve {
			args = append(args, "--approval-mode", "yolo")
		}
		return p.run(t, []string{"OPENAI_API_KEY=x", "OPENAI_BASE_URL=" + m.url, "OPENAI_MODEL=fake"}, "qwen", args...)
	})
}
