package call

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// TestDetach: what follows a secret goes on when the call ends, for as long as a
// write may, and no longer than it takes.
func TestDetach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		call, end := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
		detached, done := Detach(call)
		over, overDone := Detach(call)
		overDone()
		if over.Err() == nil || detached.Err() != nil || detached.Value(key{}) != "value" {
			t.Errorf("%v, %v, %v", over.Err(), detached.Err(), detached.Value(key{}))
		}
		time.Sleep(time.Hour)
		end()
		time.Sleep(awork.FinishWithin - time.Nanosecond)
		if detached.Err() != nil {
			t.Error("it ends with the call")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if detached.Err() == nil {
			t.Error("it goes on for ever")
		}
		done()
	})
}
