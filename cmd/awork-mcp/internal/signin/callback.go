package signin

import (
	"context"
	"crypto/subtle"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// page is all that the browser is ever shown: nothing of what it sent.
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>awork-mcp</title>
<p>awork-mcp has awork's answer. The terminal says how it went; this page may be closed.
`

// redirect is what awork sent the browser back with: a code, or that of an error.
type redirect struct {
	code    secret
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

// serve answers the browser on ln until stop is called, which lets an answer
// that is on its way be finished.
func (c *callback) serve(ln net.Listener) (stop func()) {
	srv := &http.Server{
		Handler:           c,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       10 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = srv.Serve(ln) // it ends when it is stopped
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = srv.Shutdown(ctx)
		_ = srv.Close() // connections that browsers open and never use
		<-ended
	}
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
	state := query["state"]
	switch {
	case r.URL.Path != redirectPath:
		http.Error(w, "There is nothing here.", http.StatusNotFound)
	case r.Method != http.MethodGet:
		http.Error(w, "Only GET is answered.", http.StatusMethodNotAllowed)
	case err != nil, len(state) != 1, subtle.ConstantTimeCompare([]byte(state[0]), []byte(c.state)) != 1:
		http.Error(w, "This is not the sign-in that awork-mcp waits for. Use the address that it printed last.", http.StatusBadRequest)
	case !c.taken.CompareAndSwap(false, true):
		http.Error(w, "awork-mcp has had its answer already.", http.StatusGone)
	default:
		c.answer <- read(query)
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page) // the browser may have gone
	}
}

// read takes a parameter only where it comes once: RFC 6749, section 3.1.
func read(query url.Values) redirect {
	code, failed := query["code"], query["error"]
	switch {
	case len(failed) == 1 && len(code) == 0:
		if c := plainCode(failed[0]); c != "" {
			return redirect{failure: c}
		}
	case len(failed) == 0 && len(code) == 1 && code[0] != "":
		return redirect{code: hide(code[0])}
	}
	return redirect{failure: "invalid_response"}
}
