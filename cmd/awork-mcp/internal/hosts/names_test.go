package hosts

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for id, names := range map[string]string{
		"claude-desktop": "claude-desktop claude_desktop ClaudeDesktop CLAUDE-DESKTOP",
		"claude-code":    "claude-code claude_code claudecode Claude-Code",
		"vscode":         "vscode vs-code VS_Code code Code",
		"cursor":         "cursor Cursor",
		"windsurf":       "windsurf Windsurf",
		"codex":          "codex codex-cli Codex_CLI",
		"gemini":         "gemini gemini-cli geminicli",
		"opencode":       "opencode OpenCode open-code",
		"qwen":           "qwen qwen-code Qwen_Code",
	} {
		for _, name := range append(strings.Fields(names), " "+strings.ReplaceAll(id, "-", " ")+" ") {
			if h, err := Find(name); err != nil || h.ID != id {
				t.Errorf("%q is %q, %v; want %s", name, h.ID, err, id)
			}
		}
	}
	for name, says := range map[string]string{
		"claude":      `"claude" can be several hosts: say claude-desktop or claude-code`,
		"claud-code":  "did you mean claude-code?",
		"Claude Desk": "did you mean claude-desktop?",
		"curser":      "did you mean cursor?",
		"emacs":       "it knows claude-desktop, claude-code, vscode",
		"":            "it knows",
	} {
		if _, err := Find(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", name, err, says)
		}
	}
	if _, err := Find("emacs"); strings.Contains(err.Error(), "did you mean") {
		t.Error(err)
	}
}

func TestVariants(t *testing.T) {
	t.Parallel()
	sys := machine(t, "windows")
	files := func() (all []string) {
		for _, h := range claudeDesktop().Variants(sys) {
			all = append(all, strings.TrimPrefix(h.File(sys), sys.Home))
		}
		return all
	}
	const (
		usual  = `\AppData\Roaming\Claude\claude_desktop_config.json`
		folder = `\AppData\Local\Packages\Claude_pzs8sxrjxfjjc`
		store  = folder + `\LocalCache\Roaming\Claude\claude_desktop_config.json`
	)
	if got := files(); len(got) != 1 || got[0] != usual {
		t.Errorf("without the store's: %q", got)
	}
	write(t, sys.Home+folder, "a folder, by its name on Windows")
	if got := files(); len(got) != 1 || got[0] != store {
		t.Errorf("with the store's alone: %q", got)
	}
	write(t, sys.Home+`\AppData\Roaming\Claude`, "another")
	if got := files(); len(got) != 2 || got[0] != usual || got[1] != store {
		t.Errorf("with both: %q", got)
	}
	write(t, sys.Home+store, "{}")
	do(t, sys, claudeDesktop().Variants(sys)[1], ours())
	found := Detect(sys, "awork", "")
	if len(found) != 2 || found[0].State != "not set up" || found[1].State != "has awork" ||
		found[1].Host.Name != "Claude Desktop (Microsoft Store)" {
		t.Errorf("found: %+v", found)
	}
}
