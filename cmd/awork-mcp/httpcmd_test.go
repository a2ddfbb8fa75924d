package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The log names an address that a client can be given.
func TestHTTPLogsAnAddressToGoTo(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	tokens := filepath.Join(s.home, "callers")
	if err := os.WriteFile(tokens, []byte(s.canary()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, listen := range []string{":0", "0.0.0.0:0", "[::]:0", "127.0.0.1:0"} {
		p := s.start([]string{"http", "--sandbox", "--listen", listen, "--auth", "bearer", "--auth-token-file",
			tokens}, nil)
		address := p.stderr.find(t, "the address in the log", func(line string) (string, bool) {
			var fields struct{ Streamable string }
			return fields.Streamable, json.Unmarshal([]byte(line), &fields) == nil && fields.Streamable != ""
		})
		if !strings.HasPrefix(address, "http://127.0.0.1:") {
			t.Errorf("--listen %s: %s", listen, address)
		}
		res, err := http.Get(strings.TrimSuffix(address, "/mcp") + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if err := p.cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// An issuer that names itself otherwise is refused at start, one that is away is not.
func TestOIDCIssuerAtStart(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := "http://" + r.Host
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": own, "jwks_uri": own + "/keys"})
	}))
	defer issuer.Close()
	args := func(url string) []string {
		return []string{
			"--sandbox",
			"--auth",
			"oidc",
			"--oidc-issuer",
			url,
			"--oidc-audience",
			"https://mcp.example.com",
		}
	}
	_, stderr, status := s.run(append([]string{"http"}, args(issuer.URL+"/")...), nil)
	if status != 2 || !strings.Contains(stderr, `"`+issuer.URL+`"`) || !strings.Contains(stderr, "--oidc-issuer") {
		t.Errorf("status %d: %s", status, stderr)
	}
	s.web(args(issuer.URL), nil)
	x := s.web(args("http://127.0.0.1:1"), nil)
	x.p.stderr.awaitText(t, "can't be reached yet")
	if code, _, _ := x.get(t, "POST", "/mcp", nil, "Authorization", "Bearer a.b.c"); code != http.StatusUnauthorized {
		t.Errorf("a token that is none: %d", code)
	}
}
