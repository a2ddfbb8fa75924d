package signin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork"
)

func TestSecretsPrintRedacted(t *testing.T) {
	t.Parallel()
	const value = "canary-of-a-secret"
	var out bytes.Buffer
	secret := awork.NewSecret(value)
	si := signIn{tokens: tokens{access: secret, refresh: secret}}
	for _, v := range []any{si, &si, si.tokens, redirect{code: secret}, []redirect{{code: secret}}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("test", "value", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("test", "value", v)
		_ = json.NewEncoder(&out).Encode(v)
	}
	if strings.Contains(out.String(), value) || strings.Contains(out.String(), fmt.Sprintf("%x", value)) {
		t.Errorf("it shows:\n%s", out.String())
	}
}

func TestNoShellOpensTheAddress(t *testing.T) {
	t.Parallel()
	for system, want := range map[string]string{"linux": "xdg-open", "freebsd": "xdg-open", "darwin": "open",
		"windows": "rundll32"} {
		if name, _ := opener(system); name != want {
			t.Errorf("%s: %s", system, name)
		}
	}
}

func TestBrowserGetsNoSecrets(t *testing.T) { //nolint:paralleltest // the environment is this process's
	t.Setenv("AWORK_TOKEN", "canary")
	t.Setenv("AWORK_MCP_STATE_KEY", "canary")
	t.Setenv("DISPLAY", ":7")
	cmd := browser(t.Context(), "https://awork.example/?a&b")
	if env := strings.Join(cmd.Env, "\n"); strings.Contains(env, "canary") || !strings.Contains(env, "DISPLAY=:7") ||
		cmd.Args[len(cmd.Args)-1] != "https://awork.example/?a&b" {
		t.Errorf("%q with %s", cmd.Args, env)
	}
}

// The redirect is taken once, and the page is the same whatever it says.
func TestRedirectIsTakenOnce(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"code=canary", "error=access_denied", "error=%3Cscript%3E"} {
		c := newCallback("the-state")
		for _, want := range []int{http.StatusOK, http.StatusGone, http.StatusGone} {
			w := httptest.NewRecorder()
			c.ServeHTTP(w, httptest.NewRequest(http.MethodGet, redirectPath+"?state=the-state&"+query, nil))
			if w.Code != want || w.Code == http.StatusOK && w.Body.String() != page ||
				w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %v %s", query, w.Code, w.Header(), w.Body)
			}
		}
		if n := len(c.answer); n != 1 {
			t.Errorf("%s: %d answers", query, n)
		}
	}
}
