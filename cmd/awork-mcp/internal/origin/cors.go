package origin

import (
	"net/http"
	"slices"
	"strings"
)

// AllowCORS lets the page that sent a request read the answer, if one sent it
// and the Guard let its origin pass. The origin is named, never "*". It reports
// whether r was a preflight, which it has answered then:
// https://fetch.spec.whatwg.org/#cors-preflight-request
func AllowCORS(w http.ResponseWriter, r *http.Request) (answered bool) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-Id")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", strings.Join(allowedHeaders(r), ", "))
	h.Set("Access-Control-Max-Age", "600")
	h.Add("Vary", "Access-Control-Request-Headers")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// allowedHeaders are those that MCP and this program read. Mcp-Param-… is a
// family whose names tools choose, so those that were asked for are named:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
func allowedHeaders(r *http.Request) []string {
	allowed := []string{
		"Content-Type", "Accept", "Authorization", "Mcp-Session-Id", "MCP-Protocol-Version",
		"Mcp-Method", "Mcp-Name", "Last-Event-ID", "X-Awork-Token", "X-Request-Id", "Traceparent",
	}
	for asked := range strings.SplitSeq(r.Header.Get("Access-Control-Request-Headers"), ",") {
		name := strings.ToLower(strings.TrimSpace(asked))
		if param, ok := strings.CutPrefix(name, "mcp-param-"); ok && isName(param) && !slices.Contains(allowed, name) {
			allowed = append(allowed, name)
		}
	}
	return allowed
}
