package httpserver

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/origin"
)

// endpoint is the order in which a request to MCP is judged: where it comes from,
// who sent it, what it may do, and only then what it says.
type endpoint struct {
	guard   *origin.Guard
	access  *access
	bodies  *bodies
	methods []string
	serve   func(http.ResponseWriter, *http.Request, body)
}

// with returns the endpoint of one route.
func (e endpoint) with(serve func(http.ResponseWriter, *http.Request, body), methods ...string) *endpoint {
	e.serve, e.methods = serve, methods
	return &e
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Accel-Buffering", "no")
	w.Header().Set("Vary", "Origin")
	if err := e.guard.Check(r); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	if origin.AllowCORS(w, r) {
		return
	}
	r, ok := e.access.admit(w, r)
	if !ok || !allowMethod(w, r, e.methods...) {
		return
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		http.Error(w, "compressed bodies are not taken: send it without Content-Encoding", http.StatusUnsupportedMediaType)
		return
	}
	if r.Method == http.MethodPost && !isJSON(r) {
		http.Error(w, "the content type must be application/json", http.StatusUnsupportedMediaType)
		return
	}
	b, err := e.bodies.read(w, r)
	if err != nil {
		refuseBody(w, err)
		return
	}
	if !limits.ConnOf(r.Context()).Acquire() {
		b.release()
		refuse(w, errBusy)
		return
	}
	e.serve(w, r, b)
}

// isJSON refuses forms and plain text: browsers post those across origins
// without asking first.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// allowMethod reports whether r has one of the methods, and answers if not.
func allowMethod(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	text := fmt.Sprintf("%s takes %s", r.URL.Path, strings.Join(methods, ", "))
	http.Error(w, text, http.StatusMethodNotAllowed)
	return false
}

// refuse answers a request that comes too late, or for which too much is in use.
func refuse(w http.ResponseWriter, err error) {
	if errors.Is(err, errBusy) {
		retryAfter(w, http.StatusTooManyRequests, err.Error())
		return
	}
	w.Header().Set("Connection", "close")
	http.Error(w, errClosing.Error(), http.StatusServiceUnavailable)
}

// retryAfter refuses what may be tried again.
func retryAfter(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Retry-After", "2")
	http.Error(w, message, status)
}
