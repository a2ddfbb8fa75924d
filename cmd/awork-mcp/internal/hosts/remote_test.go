package hosts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hosted is a server of a team.
func hosted() Server {
	return Server{Name: "awork", URL: "https://mcp.example.com/mcp", Headers: []Header{
		Bearer("TEAM_TOKEN"), {Name: "X-Awork-Token", Variable: "MY_AWORK_TOKEN"}}}
}

// TestHosted: how every host names a server that is hosted, and its tokens.
func TestHosted(t *testing.T) {
	t.Parallel()
	headers := func(variable string) string {
		return `"headers": {"Authorization":"Bearer ` + strings.Replace(variable, "X", "TEAM_TOKEN", 1) +
			`","X-Awork-Token":"` + strings.Replace(variable, "X", "MY_AWORK_TOKEN", 1) + `"}`
	}
	for id, want := range map[string]string{
		"claude-desktop": `"command": "npx",|"args": ["-y", "mcp-remote", "https://mcp.example.com/mcp",` +
			` "--header", "Authorization:${TEAM_TOKEN}", "--header", "X-Awork-Token:${MY_AWORK_TOKEN}"]`,
		"claude-code": `"type": "http",|"url": "https://mcp.example.com/mcp",|` + headers("${X}"),
		"vscode": `"type": "http",|"url": "https://mcp.example.com/mcp",|` + headers("${input:awork-X}") +
			`|{"type": "promptString", "id": "awork-TEAM_TOKEN", "description": ` +
			`"The token for https://mcp.example.com/mcp (Authorization)", "password": true},` +
			`|{"type": "promptString", "id": "awork-MY_AWORK_TOKEN", "description": ` +
			`"The token for https://mcp.example.com/mcp (X-Awork-Token)", "password": true}`,
		"cursor":   `"url": "https://mcp.example.com/mcp",|` + headers("${env:X}"),
		"windsurf": `"serverUrl": "https://mcp.example.com/mcp",|` + headers("${env:X}"),
		"codex": `url = "https://mcp.example.com/mcp"|bearer_token_env_var = "TEAM_TOKEN"|` +
			`env_http_headers = { "X-Awork-Token" = "MY_AWORK_TOKEN" }`,
		"gemini":   `"httpUrl": "https://mcp.example.com/mcp",|` + headers("${X}"),
		"opencode": `"type": "remote",|"url": "https://mcp.example.com/mcp",|` + headers("{env:X}"),
		"qwen":     `"httpUrl": "https://mcp.example.com/mcp",|` + headers("${X}"),
	} {
		host := find(t, id)
		sys := machine(t, "linux")
		sys.LookPath = func(name string) (string, error) { return "/bin/" + name, nil }
		do(t, sys, host, hosted())
		var lines []string
		for line := range strings.Lines(read(t, host.File(sys))) {
			opens := strings.HasSuffix(strings.TrimSpace(line), "{") || strings.HasSuffix(strings.TrimSpace(line), "[")
			if line = strings.TrimSpace(line); strings.ContainsAny(line, ":=") && !opens {
				lines = append(lines, line)
			}
		}
		if d := cmp.Diff(strings.ReplaceAll(want, "|", "\n"), strings.Join(lines, "\n")); d != "" {
			t.Errorf("%s (-want +got):\n%s", id, d)
		}
		checkHosted(t, sys, host)
	}
}

// checkHosted verifies that a host that has the hosted server has nothing to do,
// is changed for another token, and loses the server again.
func checkHosted(t *testing.T, sys System, host Host) {
	t.Helper()
	if c, err := host.Install(sys, hosted()); err != nil || !c.None() {
		t.Errorf("%s again: %v, %+v", host.ID, err, c)
	}
	if found := host.state(sys, "awork", ""); found != "has awork" {
		t.Errorf("%s: %s", host.ID, found)
	}
	other := hosted()
	other.Headers = []Header{Bearer("OTHER")}
	if c, err := host.Install(sys, other); err != nil || c.None() || !strings.Contains(c.Diff(), "OTHER") {
		t.Errorf("%s with another token: %v, %+v", host.ID, err, c)
	}
	if r := undo(t, sys, host, "awork"); !r.Removed {
		t.Errorf("%s: %+v", host.ID, r)
	}
}

// TestHostedByOthers: the address of somebody else's server is not taken for ours,
// nor is a server that is launched changed into one that is hosted.
func TestHostedByOthers(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		fileWith(cursor(), `{"url": "https://other.example.com/mcp"}`):                               "it has a url",
		fileWith(cursor(), `{"httpUrl": "https://mcp.example.com/mcp", "url": "https://a.example"}`): "it has a url",
		fileWith(cursor(), `{"command": "awork-mcp", "args": ["stdio"]}`):                            "uninstall it first",
		fileWith(cursor(), `{"command": "npx", "args": ["-y", "mcp-remote", "https://a.example"]}`):  `it launches "npx"`,
	} {
		sys := machine(t, "linux")
		write(t, cursor().File(sys), text)
		if _, err := cursor().Install(sys, hosted()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	sys := machine(t, "linux")
	write(t, cursor().File(sys), fileWith(cursor(), `{"url": "https://mcp.example.com/mcp"}`))
	if _, err := cursor().Uninstall(sys, "awork", ""); err == nil {
		t.Error("an address that was not set by install is taken out")
	}
	if _, err := cursor().Install(sys, Server{Name: "awork", Command: "awork-mcp"}); err == nil {
		t.Error("a server that is hosted becomes one that is launched")
	}
}

// TestInputs: VS Code's inputs of others stay, with their comments, and ours come
// and go, whether or not the install is remembered.
func TestInputs(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"none":  "{\n\t\"servers\": {}\n}\n",
		"empty": "{\n\t\"inputs\": [],\n\t\"servers\": {\"x\": {}}\n}\n",
		"others": "{\n\t\"inputs\": [\n\t\t{\"id\": \"x\"}, // theirs\n\t\t{\"id\": \"awork-y\"}\n\t],\n" +
			"\t\"servers\": {\"x\": {}}\n}\n",
		"a comma":       "{\n\t\"servers\": {\"x\": {}},\n\t\"inputs\": [\n\t\t{\"id\": \"x\"},\n\t],\n}\n",
		"in one line":   `{"servers": {"x": {}}, "inputs": [{"id": "x"}]}`,
		"ours is there": `{"servers": {"x": {}}, "inputs": [{"id": "awork-TEAM_TOKEN"}]}`,
	} {
		for _, remembered := range []bool{true, false} {
			sys := machine(t, "linux")
			path := vsCode().File(sys)
			write(t, path, text)
			do(t, sys, vsCode(), hosted())
			for _, id := range []string{"awork-TEAM_TOKEN", "awork-MY_AWORK_TOKEN"} {
				if n := strings.Count(read(t, path), `"id": "`+id+`"`); n != 1 {
					t.Errorf("%s: %s is there %d times:\n%s", name, id, n, read(t, path))
				}
			}
			if remembered {
				undo(t, sys, vsCode(), "awork")
				if got := read(t, path); got != text {
					t.Errorf("%s: %q, want %q", name, got, text)
				}
				continue
			}
			write(t, path, read(t, path)+"\n")
			undo(t, sys, vsCode(), "awork")
			got := read(t, path)
			if strings.Contains(got, "TEAM_TOKEN") || strings.Contains(text, "theirs") != strings.Contains(got, "theirs") ||
				strings.Contains(text, `"id": "x"`) != strings.Contains(got, `"id": "x"`) {
				t.Errorf("%s is now %q", name, got)
			}
		}
	}
	sys := machine(t, "linux")
	write(t, vsCode().File(sys), `{"inputs": 7}`)
	if _, err := vsCode().Install(sys, hosted()); err == nil || !strings.Contains(err.Error(), `"inputs" is no list`) {
		t.Error(err)
	}
}
