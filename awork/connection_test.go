package awork

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestFreshConnection: a POST is not sent on a connection that was used before and
// may be dead, and reads share one.
func TestFreshConnection(t *testing.T) {
	t.Parallel()
	var from []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from = append(from, r.RemoteAddr)
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, newRole)
			return
		}
		_, _ = io.WriteString(w, goodMe)
	}))
	defer server.Close()
	transport := NewTransport()
	defer transport.CloseIdleConnections()
	c := clientAt(t, server.URL, transport, "canary-token")
	for range 2 {
		if _, err := c.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.CreateRole(t.Context(), "Export", nil, unknownID); err != nil {
		t.Fatal(err)
	}
	if from[0] != from[1] || from[2] == from[0] {
		t.Errorf("sent from %q", from)
	}
}

// TestNoConnection: where no connection stood, nothing is looked for: the write
// surely was not carried, and the reason says so.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(untrusted.Close)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, never shakes hands
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	for name, base := range map[string]string{
		"refused":        closed.URL,
		"no such host":   "https://awork.invalid",
		"no TLS":         strings.Replace(plain.URL, "http:", "https:", 1),
		"no trust":       untrusted.URL,
		"no handshake":   "https://" + silent.Addr().String(),
		"port out of it": "https://127.0.0.1:1",
	} {
		for _, wrapped := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", wrapped ", wrapped), func(t *testing.T) {
				t.Parallel()
				transport := NewTransport()
				defer transport.CloseIdleConnections()
				ctx, cancel := context.WithTimeout(t.Context(), 800*time.Millisecond)
				defer cancel()
				carrier := http.RoundTripper(transport)
				if wrapped {
					carrier = roundTrip(transport.RoundTrip)
				}
				c := clientAt(t, base, carrier, "canary-token")
				err := errOf(c.DeleteAPIUser(ctx, zapierID))
				want := Error{Kind: KindUnavailable, Method: "DELETE", Path: apiUserPath(zapierID),
					Reason: "no connection to " + c.Host()}
				if errors.Is(err, context.DeadlineExceeded) {
					want.Reason = "awork did not answer in time"
				}
				checkFailure(t, err, want, nil)
				var effect *EffectError
				if errors.As(err, &effect) {
					t.Errorf("its effect was looked for: %v", err)
				}
			})
		}
	}
}

// TestErrorsOfATransport: with a transport that is none of net/http's, only errors
// that come before a request is sent show that it was not.
func TestErrorsOfATransport(t *testing.T) {
	t.Parallel()
	lost := errors.New("no route")
	for name, tc := range map[string]struct {
		err     error
		carried bool // it may have been
	}{
		"dial":               {&net.OpError{Op: "dial", Err: lost}, false},
		"through a proxy":    {&net.OpError{Op: "proxyconnect", Err: lost}, false},
		"a bad certificate":  {&tls.CertificateVerificationError{Err: lost}, false},
		"no TLS":             {tls.RecordHeaderError{Msg: "not TLS"}, false},
		"reading the answer": {&net.OpError{Op: "read", Err: lost}, true},
		"any other":          {lost, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				deletes := 0
				c := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
					if req.Method == http.MethodDelete {
						deletes++
					}
					return nil, tc.err
				}), "canary-token")
				err := errOf(c.DeleteAPIUser(t.Context(), zapierID))
				tries := 3
				if tc.carried {
					tries = 1
				}
				var effect *EffectError
				if !Is(err, KindUnavailable) || errors.As(err, &effect) != tc.carried || deletes != tries {
					t.Errorf("got %v after %d tries", err, deletes)
				}
			})
		})
	}
}
