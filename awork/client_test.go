package awork

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                   DefaultBaseURL,
		"https://api.awork.com/api/v1":       DefaultBaseURL,
		"https://api.awork.com/api/v1//":     DefaultBaseURL,
		"HTTPS://api.awork.com/api/v1":       DefaultBaseURL,
		"http://localhost:8080/api/v1":       "http://localhost:8080/api/v1",
		"http://LOCALHOST":                   "http://LOCALHOST",
		"http://127.0.0.1:1":                 "http://127.0.0.1:1",
		"http://127.8.9.1:1":                 "http://127.8.9.1:1",
		"http://[::1]:1":                     "http://[::1]:1",
		"http://api.awork.com/api/v1":        "",
		"http://localhost.evil.test":         "",
		"http://127.0.0.1.evil.test":         "",
		"http://0.0.0.0":                     "",
		"http://10.0.0.1":                    "",
		"ftp://api.awork.com":                "",
		"https://api.awork.com:99999/api/v1": "",
		"https://api.awork.com:0/api/v1":     "",
		"api.awork.com/api/v1":               "",
		"//api.awork.com":                    "",
		"https://":                           "",
		"https://:443/api":                   "",
		"https:api.awork.com":                "",
		"https://canary-secret@awork.test":   "",
		"https://u:canary-secret@awork.test": "",
		"https://awork.test/?t=canary":       "",
		"https://awork.test/api?":            "",
		"https://awork.test/#canary":         "",
		"https://awork.test:canary-secret":   "",
		"https://a b":                        "",
		"\x7f":                               "",
	} {
		c, err := New(Config{BaseURL: in, Tokens: StaticToken(mustToken(t, "canary-token"))})
		if want == "" {
			if err == nil {
				t.Errorf("%q: taken", in)
			} else if strings.Contains(err.Error(), "canary") {
				t.Errorf("%q: the error quotes it: %v", in, err)
			}
			continue
		}
		if err != nil || c.BaseURL() != want {
			t.Errorf("%q: got %v, %v", in, c, err)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("made without a token source")
	}
}

// TestRequestOnTheWire: what a request looks like to a server.
func TestRequestOnTheWire(t *testing.T) {
	t.Parallel()
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(goodMe))
	}))
	defer server.Close()
	transport := NewTransport()
	defer transport.CloseIdleConnections()
	c := clientAt(t, server.URL+"/base/v1/", transport, "canary-token")
	if _, err := c.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got.Method != http.MethodGet || got.RequestURI != "/base/v1/me" || got.Header.Get("Authorization") != "Bearer canary-token" ||
		got.UserAgent() != "awork-mcp/test" || got.Header.Get("Accept") != "application/json" || got.Header.Get("Content-Type") != "" {
		t.Errorf("%s %s %v", got.Method, got.RequestURI, got.Header)
	}
	if sent, there := got.Header["Traceparent"]; there {
		t.Errorf("sent %q without a trace", sent)
	}
}

// TestRedirect: a redirect is an error, and neither the token nor anything else
// goes where it points, be it another host or the same.
func TestRedirect(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{elsewhere.URL + "/x", "/moved", "", "http://[::1", ":"} {
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				if target != "" {
					w.Header().Set("Location", target)
				}
				w.WriteHeader(status)
			}))
			transport := NewTransport()
			c := clientAt(t, server.URL, transport, "canary-token")
			if _, err := c.GetAPIUser(t.Context(), zapierID); !Is(err, KindUpstream) || !strings.Contains(err.Error(), "redirect") {
				t.Errorf("%d to %q: %v", status, target, err)
			}
			var effect *EffectError
			err := errOf(c.DeleteAPIUser(t.Context(), zapierID)) // which may have been carried out before it
			if !Is(err, KindUpstream) || !errors.As(err, &effect) || effect.ReadBack == nil || asked.Load() != 3 {
				t.Errorf("%d to %q: %v, asked %d times", status, target, err, asked.Load())
			}
			transport.CloseIdleConnections()
			server.Close()
		}
	}
	if reached.Load() != 0 {
		t.Error("the redirect was followed")
	}
}

// TestOverSockets: the faults that look different over a socket than in memory.
func TestOverSockets(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.FaultKind{sandbox.FaultLostBefore, sandbox.FaultLostAfter, sandbox.FaultTruncated,
		sandbox.FaultTruncatedAfter, sandbox.FaultHuge, sandbox.FaultHugeAfter, sandbox.FaultHangAfter, sandbox.FaultRedirect} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}, Faults: []sandbox.Fault{{Kind: kind, Method: "DELETE"}}})
			server := httptest.NewServer(backend)
			defer server.Close()
			transport := NewTransport()
			defer transport.CloseIdleConnections()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			carrier := http.RoundTripper(transport)
			if kind == sandbox.FaultHangAfter {
				carrier = givesUp{transport, backend}
			}
			err := errOf(clientAt(t, server.URL+sandbox.BasePath, carrier, sandbox.AdminToken).DeleteAPIUser(ctx, zapierID))
			checkTruth(t, err, exists(backend, zapierID))
			checkNotVague(t, backend, kind, "DELETE", 0, err)
		})
	}
}

// givesUp ends a DELETE once the sandbox has carried it out and keeps it waiting.
type givesUp struct {
	inner   http.RoundTripper
	backend *sandbox.Sandbox
}

func (g givesUp) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodDelete {
		return g.inner.RoundTrip(req)
	}
	ctx, end := context.WithCancel(req.Context())
	go func() {
		select {
		case <-g.backend.Hung():
			end()
		case <-ctx.Done():
		}
	}()
	return g.inner.RoundTrip(req.WithContext(ctx))
}

// TestNeverGivenAConnection: what net/http refuses to send was not sent.
func TestNeverGivenAConnection(t *testing.T) {
	t.Parallel()
	backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
	server := httptest.NewServer(backend)
	defer server.Close()
	transport := NewTransport()
	defer transport.CloseIdleConnections()
	c := clientAt(t, server.URL+sandbox.BasePath, transport, sandbox.AdminToken)
	ctx := WithTraceparent(t.Context(), "no header\nmay hold this")
	_, err := c.CreateAPIUser(ctx, NewAPIUser{Name: "X", RoleID: unknownID}, nil, unknownID)
	var effect *EffectError
	if !Is(err, KindUnavailable) || errors.As(err, &effect) || len(backend.Requests()) > 0 {
		t.Errorf("got %v", err)
	}
}
