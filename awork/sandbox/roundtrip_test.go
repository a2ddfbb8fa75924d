package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRoundTripperWithClient(t *testing.T) {
	t.Parallel()
	s := unlimited()
	client := &http.Client{Transport: s.RoundTripper(), Timeout: 10 * time.Second}
	req, _ := http.NewRequest(http.MethodPost, "http://a.invalid"+BasePath+"/apiusers", strings.NewReader(`{"name":"a"}`))
	req.Header.Set("Authorization", "Bearer "+AdminToken)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.Status != "200 OK" || res.ContentLength != int64(len(body)) || res.Request == nil {
		t.Errorf("got %s %v, %v", res.Status, body, err)
	}
	if res.Header.Get("ratelimit-reset") == "" || res.Header.Get("trace-id") == "" {
		t.Errorf("headers %v", res.Header)
	}
}

func TestRoundTripperErrors(t *testing.T) {
	t.Parallel()
	_, err := send(unlimited(Fault{Kind: FaultLostBefore}), AdminToken, "GET", "/me", "")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut connection: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := unlimited()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://awork.test"+BasePath+"/me", nil)
	if _, err := s.RoundTripper().RoundTrip(req); !errors.Is(err, context.Canceled) || len(s.Requests()) != 0 {
		t.Errorf("cancelled before: %v, %v", err, s.Requests())
	}
	body := io.MultiReader(strings.NewReader("{"), brokenOff{})
	req, _ = http.NewRequest(http.MethodPost, "http://awork.test"+BasePath+"/apiusers", body)
	if _, err := s.RoundTripper().RoundTrip(req); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("body that breaks off: %v", err)
	}
}

// TestConcurrency is for the race detector, and for writes that get lost.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	s := unlimited(Fault{Kind: FaultStatus, Path: "/me", Times: 3})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 20 {
				_, _ = send(s, AdminToken, "POST", "/apiusers", fmt.Sprintf(`{"name":"%d-%d"}`, i, n))
				_, _ = send(s, AdminToken, "GET", "/apiusers", "")
				_, _ = send(s, ReaderToken, "GET", "/me", "")
				s.APIUsers()
				s.Requests()
			}
		})
	}
	wg.Wait()
	if n := len(s.APIUsers()); n != 12+8*20 {
		t.Errorf("%d API users", n)
	}
}

func BenchmarkGetAPIUser(b *testing.B) {
	s := New(Options{RateLimit: RateLimit{Off: true}})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if a, err := send(s, AdminToken, "GET", "/apiusers/"+ZapierSyncID, ""); err != nil || a.status != 200 {
				b.Errorf("%d, %v", a.status, err)
			}
		}
	})
}
