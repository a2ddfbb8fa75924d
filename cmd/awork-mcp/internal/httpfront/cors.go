package httpfront

import (
	"net/http"
	"slices"
	"strings"
)

// allowCORS lets the page read the answer, if one sent the request; the guard
// has let its origin pass. The origin is named, never "*".
func allowCORS(w http.ResponseWriter, r *http.Request) {
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-Id")
	}
}

// isPreflight: https://fetch.spec.whatwg.org/#cors-preflight-request
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" &&
		r.Header.Get("Access-Control-Request-Method") != ""
}

func answerPreflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", strings.Join(allowedHeaders(r), ", "))
	h.Set("Access-Control-Max-Age", "600")
	h.Add("Vary", "Access-Control-Request-Headers")
	w.WriteHeader(http.StatusNoContent)
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
