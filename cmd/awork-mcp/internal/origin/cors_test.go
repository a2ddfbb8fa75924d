package origin

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// A page gets its own origin back. A preflight is answered, with the headers that
// this program reads and none besides.
func TestAllowCORS(t *testing.T) {
	t.Parallel()
	const page = "https://app.example.com"
	const allowed = "Content-Type, Accept, Authorization, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, " +
		"Last-Event-ID, X-Awork-Token, X-Request-Id, Traceparent"
	for name, c := range map[string]struct {
		method, origin, asksMethod, asksHeaders string
		preflight                               bool
		allowed                                 string
	}{
		"no page":      {"OPTIONS", "", "POST", "", false, ""},
		"a call":       {"POST", page, "", "", false, ""},
		"a plain one":  {"OPTIONS", page, "", "", false, ""},
		"no preflight": {"POST", page, "POST", "", false, ""},
		"a preflight":  {"OPTIONS", page, "POST", "", true, allowed},
		"headers": {"OPTIONS", page, "DELETE",
			"content-type,X-Evil , MCP-Param-Region,mcp-param-region, mcp-param-a b,mcp-param-", true,
			allowed + ", mcp-param-region"},
	} {
		r := httptest.NewRequest(c.method, "/mcp", nil)
		for key, value := range map[string]string{"Origin": c.origin, "Access-Control-Request-Method": c.asksMethod,
			"Access-Control-Request-Headers": c.asksHeaders} {
			if value != "" {
				r.Header.Set(key, value)
			}
		}
		w := httptest.NewRecorder()
		w.Header().Set("Vary", "Origin")
		answered := AllowCORS(w, r)
		want := http.Header{"Vary": {"Origin"}}
		if c.origin != "" {
			want.Set("Access-Control-Allow-Origin", page)
			want.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-Id")
		}
		if c.preflight {
			want.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
			want.Set("Access-Control-Allow-Headers", c.allowed)
			want.Set("Access-Control-Max-Age", "600")
			want.Add("Vary", "Access-Control-Request-Headers")
		}
		if got := w.Header(); !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %v", name, got)
		}
		if answered != c.preflight || (w.Code == http.StatusNoContent) != c.preflight {
			t.Errorf("%s: answered %t with %d", name, answered, w.Code)
		}
	}
}
