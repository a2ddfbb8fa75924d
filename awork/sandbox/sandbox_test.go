package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// noon is the clock of tests that look at dates or windows.
func noon() time.Time { return time.Date(2026, 9, 1, 12, 0, 0, 123_456_700, time.UTC) }

// unlimited is a seeded sandbox that never says 429.
func unlimited(faults ...Fault) *Sandbox {
	return New(Options{RateLimit: RateLimit{Off: true}, Faults: faults, Now: noon})
}

// received is the answer to a request.
type received struct {
	status int
	header http.Header
	body   string
}

// json reads the body into a value.
func (a received) json(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("body %q: %v", a.body, err)
	}
}

// code is the error code at the top level of the body.
func (a received) code() string {
	var e struct{ Code string }
	_ = json.Unmarshal([]byte(a.body), &e)
	return e.Code
}

// send makes a request in process. body may be empty.
func send(s *Sandbox, token, method, path, body string) (received, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://awork.test"+BasePath+path, strings.NewReader(body))
	if err != nil {
		return received{}, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		return received{}, err
	}
	b, err := io.ReadAll(res.Body)
	return received{res.StatusCode, res.Header, string(b)}, err
}

// do is send where nothing can fail.
func do(t *testing.T, s *Sandbox, token, method, path, body string) received {
	t.Helper()
	a, err := send(s, token, method, path, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// admin is do with the token that may do everything.
func admin(t *testing.T, s *Sandbox, method, path, body string) received {
	t.Helper()
	return do(t, s, AdminToken, method, path, body)
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ method, path string }{
		"outside the base path": {"GET", "/"},
		"another version":       {"GET", "/api/v2/apiusers"},
		"unknown":               {"GET", BasePath + "/invoices"},
		"no GUID":               {"DELETE", BasePath + "/apiusers/zapier"},
		"no method":             {"PUT", BasePath + "/apiusers"},
		"not clean":             {"GET", BasePath + "/users/../apiusers"},
		"trailing slash":        {"GET", BasePath + "/apiusers/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(tc.method, "http://awork.test/", nil)
			r.URL.Path = tc.path
			r.Header.Set("Authorization", "Bearer "+AdminToken)
			w := httptest.NewRecorder()
			unlimited().ServeHTTP(w, r)
			if w.Code != 404 || !strings.Contains(w.Body.String(), "There is no matching path for this URL.") {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
		})
	}
}

func TestLatencyEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	s := New(Options{Latency: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	url := "http://awork.test" + BasePath + "/apiusers/" + ZapierSyncID
	req, _ := http.NewRequestWithContext(ctx, http.MethodDelete, url, nil)
	req.Header.Set("Authorization", "Bearer "+AdminToken)
	done := make(chan error)
	go func() {
		_, err := s.RoundTripper().RoundTrip(req)
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, found := s.APIUser(ZapierSyncID); !found {
		t.Error("the cancelled delete took effect")
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	s := New(Options{Latency: 20 * time.Millisecond})
	start := time.Now()
	admin(t, s, "GET", "/me", "")
	if d := time.Since(start); d < 20*time.Millisecond {
		t.Errorf("answered after %v", d)
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	s := New(Options{Empty: true})
	if n := len(s.APIUsers()); n != 3 {
		t.Errorf("%d API users", n)
	}
	for _, token := range []string{AdminToken, ReaderToken, NobodyToken} {
		if a := do(t, s, token, "GET", "/me", ""); a.status != 200 {
			t.Errorf("%s: %d", token, a.status)
		}
	}
	if len(s.Webhooks()) != 0 || len(s.Roles()) == 0 {
		t.Error("not the empty workspace")
	}
}
