package awork

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// none is the kind of no failure.
const none Kind = -1

// expected is what a read of an API user that meets a fault of each kind, every
// time or once, is reported as.
func expected() map[sandbox.FaultKind]struct{ always, once Kind } {
	both := func(k Kind) struct{ always, once Kind } { return struct{ always, once Kind }{k, k} }
	retried := func(k Kind) struct{ always, once Kind } { return struct{ always, once Kind }{k, none} }
	return map[sandbox.FaultKind]struct{ always, once Kind }{
		sandbox.FaultLatency:        both(none),
		sandbox.FaultRateLimited:    retried(KindRateLimited),
		sandbox.FaultStatus:         both(KindUpstream),
		sandbox.FaultStatusAfter:    both(KindUpstream),
		sandbox.FaultLostBefore:     retried(KindUnavailable),
		sandbox.FaultLostAfter:      retried(KindUnavailable),
		sandbox.FaultHang:           both(KindUnavailable),
		sandbox.FaultHangAfter:      both(KindUnavailable),
		sandbox.FaultHTML:           both(KindUpstream),
		sandbox.FaultHTMLAfter:      both(KindUpstream),
		sandbox.FaultForbidden:      both(KindUpstream),
		sandbox.FaultHuge:           both(KindUpstream),
		sandbox.FaultHugeAfter:      both(KindUpstream),
		sandbox.FaultBroken:         both(KindUpstream),
		sandbox.FaultBrokenAfter:    both(KindUpstream),
		sandbox.FaultTruncated:      retried(KindUnavailable),
		sandbox.FaultTruncatedAfter: retried(KindUnavailable),
		sandbox.FaultRedirect:       both(KindUpstream),
		sandbox.FaultBadToken:       both(KindUnauthenticated),
		sandbox.FaultUnauthorized:   both(KindPermissionDenied),
		sandbox.FaultNotFound:       both(KindNotFound),
		sandbox.FaultNotFoundPlain:  both(KindUpstream),
		sandbox.FaultMissingFields:  both(KindUpstream),
	}
}

func fault(kind sandbox.FaultKind, method string) sandbox.Fault {
	f := sandbox.Fault{Kind: kind, Method: method, Path: "/apiusers/*"}
	if kind == sandbox.FaultLatency {
		f.Delay = time.Second
	}
	return f
}

// TestReadUnderFaults: every kind of fault is reported as what it is, and a record
// that is returned is the workspace's.
func TestReadUnderFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range sandbox.FaultKinds() {
		for times := range 2 {
			t.Run(fmt.Sprint(kind, " times ", times), func(t *testing.T) {
				t.Parallel()
				want, ok := expected()[kind]
				if !ok {
					t.Fatal("a new kind of fault: say what is expected")
				}
				if times == 0 {
					want.once = want.always
				}
				synctest.Test(t, func(t *testing.T) {
					f := fault(kind, "GET")
					f.Times = times
					_, c := workspace(t, f)
					u, err := c.GetAPIUser(t.Context(), zapierID)
					switch {
					case want.once == none:
						if err != nil || u.ID != zapierID || u.Name != "Zapier Sync" {
							t.Errorf("got %v, %v", u, err)
						}
					case u != nil || !Is(err, want.once):
						t.Errorf("got %v, %v, want kind %d", u, err, want.once)
					}
				})
			})
		}
	}
}

// TestDeleteUnderFaults: whatever the fault, however often, on the delete alone
// or on its read-back too, and whether the caller goes meanwhile: what the
// client says is what happened, it says no less than can be known, and no
// attempt goes on for more than 10 seconds after the cancel.
func TestDeleteUnderFaults(t *testing.T) {
	t.Parallel()
	const cancelAfter = 500 * time.Millisecond
	for _, base := range append(sandbox.Faults(), sandbox.Fault{Kind: sandbox.FaultLatency, Delay: time.Second}) {
		kind := base.Kind
		for _, method := range []string{"DELETE", ""} {
			for times := range 4 {
				if times > 1 && strings.HasPrefix(string(kind), "huge") {
					continue // each takes megabytes, and time
				}
				for _, cancelled := range []bool{false, true} {
					name := fmt.Sprintf("%s %d %s on %q times %d cancelled %v", kind, base.Status, base.Body, method, times, cancelled)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							f := base
							f.Method, f.Path, f.Times = method, "/apiusers/*", times
							ctx, cancel := context.WithCancel(t.Context())
							defer cancel()
							limit := 40 * time.Second
							if cancelled {
								f.Delay = time.Second
								time.AfterFunc(cancelAfter, cancel)
								limit = cancelAfter + FinishWithin
							}
							backend, c := workspace(t, f)
							start := time.Now()
							err := errOf(c.DeleteAPIUser(ctx, zapierID))
							checkTruth(t, err, exists(backend, zapierID))
							if took := time.Since(start); took > limit {
								t.Errorf("took %v", took)
							}
							checkNotVague(t, backend, kind, method, times, err)
							if n := sent(backend, "DELETE"); n > 3 || cancelled && n > 1 {
								t.Errorf("sent %d times", n)
							}
						})
					})
				}
			}
		}
	}
}

// checkNotVague: where the read-back is not disturbed nothing stays unknown, and
// a delete that was carried out is reported as such.
func checkNotVague(t *testing.T, backend *sandbox.Sandbox, kind sandbox.FaultKind, method string, times int, err error) {
	t.Helper()
	var effect *EffectError
	if method == "DELETE" && errors.As(err, &effect) && effect.ReadBack != nil {
		t.Errorf("the effect was not read back: %v", err)
	}
	carriedOut := slices.ContainsFunc(backend.Requests(), func(r sandbox.Request) bool { return r.Effect })
	if method == "DELETE" && carriedOut != (err == nil) {
		t.Errorf("carried out: %v; reported: %v", carriedOut, err)
	}
	if strings.HasSuffix(string(kind), "-after") && (method == "DELETE" || times == 1) && err != nil {
		t.Errorf("it was carried out: %v", err)
	}
}
