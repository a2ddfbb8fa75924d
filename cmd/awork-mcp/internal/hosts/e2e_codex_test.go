//go:build e2e_hosts && unix

package hosts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// codexConfig is what a user has set up beside our server: a model, and trust in
// the folder.
func codexConfig(t *testing.T, p *fixture, m *model) {
	t.Helper()
	path := filepath.Join(p.home, ".codex", "config.toml")
	ours, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	theirs := fmt.Sprintf(`model = "fake"
model_provider = "fake"
approval_policy = "on-request"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.fake]
name = "fake"
base_url = %q
wire_api = "responses"
env_key = "FAKE_KEY"
request_max_retries = 0
stream_max_retries = 0
[tui]
screen_reader_detection_done = true
[projects.%q]
trust_level = "trusted"

`, m.url, p.work)
	if err := os.WriteFile(path, append([]byte(theirs), ours...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCodexTerminal: Codex's terminal shows its own approval and then our
// question, and each answer decides.
func TestCodexTerminal(t *testing.T) {
	tmux, err := exec.LookPath("tmux")
	if err != nil {
		t.Skip("there is no tmux, so Codex's terminal is not looked at")
	}
	const (
		approval = `run tool "delete_api_user"?`
		question = `It is named "Zapier Sync".`
	)
	for name, c := range map[string]struct {
		approval string
		answer   []string // to the question; none where it is not to come
		deleted  bool
		seen     string
	}{
		"true":        {"Enter", []string{"Up", "Enter"}, true, "was deleted"},
		"false":       {"Enter", []string{"Enter"}, false, "declined"}, // what it proposes
		"escape":      {"Enter", []string{"Escape"}, false, "declined"},
		"no approval": {"Escape", nil, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := setUp(t, "codex")
			m := newModel(t, step{tool: "delete_api_user", args: object{"apiUserId": target}}, step{text: "ALL-DONE"})
			codexConfig(t, p, m)
			screen := terminal(t, tmux, p, "codex --no-daemon 'Delete the API user Zapier Sync'")
			screen.waitFor(t, approval)
			screen.pressUntilGone(t, approval, c.approval)
			if c.answer != nil {
				screen.waitFor(t, question, "enter to submit")
				t.Logf("our question:\n%s", screen.text(t))
				screen.press(t, c.answer...)
				screen.waitFor(t, "ALL-DONE")
			}
			if strings.Contains(screen.text(t), question) {
				t.Errorf("the question is still there:\n%s", screen.text(t))
			}
			if p.deleted(t) != c.deleted || !strings.Contains(m.last(), c.seen) {
				t.Errorf("deleted: %v, want %v; the model saw %s\n%s", p.deleted(t), c.deleted, m.describe(), screen.text(t))
			}
		})
	}
}

// window is a terminal that a program runs in.
type window struct{ tmux, socket string }

func terminal(t *testing.T, tmux string, p *fixture, command string) window {
	t.Helper()
	w := window{tmux, filepath.Join(p.home, "tmux")}
	cmd := w.command("-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "50", command)
	cmd.Dir, cmd.Env = p.work, slices.Concat(p.env, []string{"FAKE_KEY=x"})
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() { _ = w.command("kill-server").Run() })
	return w
}

func (w window) command(args ...string) *exec.Cmd {
	return exec.Command(w.tmux, append([]string{"-S", w.socket}, args...)...)
}

func (w window) text(t *testing.T) string {
	t.Helper()
	out, err := w.command("capture-pane", "-p").CombinedOutput()
	if err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w window) press(t *testing.T, keys ...string) {
	t.Helper()
	if out, err := w.command(append([]string{"send-keys"}, keys...)...).CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
}

// waitFor waits until the terminal shows all of some texts.
func (w window) waitFor(t *testing.T, texts ...string) {
	t.Helper()
	w.until(t, fmt.Sprintf("%q to come", texts), func(screen string) bool {
		for _, s := range texts {
			if !strings.Contains(screen, s) {
				return false
			}
		}
		return true
	})
}

// pressUntilGone presses a key until the terminal no longer shows a text: under
// load a key is lost that comes while the text is drawn.
func (w window) pressUntilGone(t *testing.T, s, key string) {
	t.Helper()
	again := time.Now()
	w.until(t, fmt.Sprintf("%q to go", s), func(screen string) bool {
		if !strings.Contains(screen, s) {
			return true
		}
		if time.Now().After(again) {
			w.press(t, key)
			again = time.Now().Add(10 * time.Second)
		}
		return false
	})
}

func (w window) until(t *testing.T, what string, so func(screen string) bool) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	late := time.After(timeout)
	for !so(w.text(t)) {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited for %s in vain:\n%s", what, w.text(t))
		}
	}
}
