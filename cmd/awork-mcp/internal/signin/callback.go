package signin

import (
	"context"
	"crypto/subtle"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// page is all that the browser ever shows: nothing of what it sent.
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>awork-mcp</title>
<p>awork-mcp has awork's answer. The terminal shows the result. You can close this page.
`

// redirect is what awork sent the browser back with: a code, or that of an error.
type redirect struct {
	code    awork.Secret
	failure string
}

// callback waits for the redirect of one sign-in: RFC 6749, section 4.1.2. What
// does not carry its state is not of this sign-in and changes nothing; what does
// is taken once.
type callback struct {
	state  string
	taken  atomic.Bool
	answer chan redirect
}

func newCallback(state string) *callback {
	return &callback{state: state, answer: make(chan redirect, 1)}
}

// callbackServer answers the browser.
type callbackServer struct {
	http.Server
	running sync.WaitGroup
}

// serve answers the browser on the listeners until the server is stopped.
func (c *callback) serve(listeners []net.Listener) *callbackServer {
	s := &callbackServer{Server: http.Server{
		Handler:           c,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       10 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}}
	for _, ln := range listeners {
		s.running.Add(1)
		go s.run(ln)
	}
	return s
}

func (s *callbackServer) run(ln net.Listener) {
	defer s.running.Done()
	_ = s.Serve(ln) // it ends when it is stopped
}

// stop ends the server. An answer that is on its way is finished first.
func (s *callbackServer) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.Shutdown(ctx)
	_ = s.Close() // connections that browsers open and never use
	s.running.Wait()
}

// ServeHTTP implements [http.Handler].
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Connection", "close")
	query, err := url.ParseQuery(r.URL.RawQuery)
	switch {
	case r.URL.Path != redirectPath:
		http.Error(w, "There is nothing here.", http.StatusNotFound)
	case r.Method != http.MethodGet:
		http.Error(w, "Only GET is answered.", http.StatusMethodNotAllowed)
	case err != nil, !c.owns(query):
		http.Error(w, "This is not the sign-in that awork-mcp waits for. Use the address that it printed last.",
			http.StatusBadRequest)
	case !c.taken.CompareAndSwap(false, true):
		http.Error(w, "awork-mcp has had its answer already.", http.StatusGone)
	default:
		c.answer <- parseRedirect(query)
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page) // the browser may have gone
	}
}

// paste takes the address on which a browser on another machine ended. It reports
// whether the address is of this sign-in.
func (c *callback) paste(address string) bool {
	address, _, _ = strings.Cut(strings.Trim(address, " \t\r\n\"'<>"), "#")
	_, rawQuery, _ := strings.Cut(address, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil || !c.owns(query) {
		return false
	}
	if c.taken.CompareAndSwap(false, true) {
		c.answer <- parseRedirect(query)
	}
	return true
}

// owns reports whether the query carries this sign-in's state.
func (c *callback) owns(query url.Values) bool {
	state := query["state"]
	return len(state) == 1 && subtle.ConstantTimeCompare([]byte(state[0]), []byte(c.state)) == 1
}

// parseRedirect takes a parameter only where it comes once: RFC 6749, section 3.1.
func parseRedirect(query url.Values) redirect {
	code, failed := query["code"], query["error"]
	switch {
	case len(failed) == 1 && len(code) == 0:
		if c := cleanCode(failed[0]); c != "" {
			return redirect{failure: c}
		}
	case len(failed) == 0 && len(code) == 1 && code[0] != "":
		return redirect{code: awork.NewSecret(code[0])}
	}
	return redirect{failure: "invalid_response"}
}
