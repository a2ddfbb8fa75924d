package awork

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
)

// slowMe answers GET /me after a second, and 404 in awork's shape to all else.
type slowMe struct{ asked atomic.Int32 }

func (s *slowMe) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/api/v1/me" {
		return asJSON(404, `{"code":"not-found","description":"gone"}`).response(r), nil
	}
	s.asked.Add(1)
	time.Sleep(time.Second)
	return asJSON(200, `{"id":"5fa814ac-1ffe-457a-b35b-46e68230b1f4","workspace":{"id":"5fa814ac-1ffe-457a-b35b-46e68230b1f5","name":"W"}}`).response(r), nil
}

// A 404 waits for a GET /me that is in flight, and asks none of its own.
func TestNotFoundWaitsForMe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &slowMe{}
		c := clientWith(t, transport, "the-token-of-one")
		done := make(chan error, 1)
		go func() { _, err := c.Me(context.Background()); done <- err }()
		synctest.Wait()
		_, err := c.GetAPIUser(t.Context(), uuid.Max)
		if !Is(err, KindNotFound) {
			t.Errorf("got %v", err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := transport.asked.Load(); n != 1 {
			t.Errorf("%d GET /me", n)
		}
	})
}
