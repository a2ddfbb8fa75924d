package awork

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// body is that of an answer, which has to be closed.
type body struct {
	io.Reader
	read, closed bool
}

func (b *body) Read(into []byte) (int, error) {
	b.read = true
	return b.Reader.Read(into)
}

func (b *body) Close() error { b.closed = true; return nil }

// failingRead is where a body breaks off.
type failingRead struct{ err error }

func (f failingRead) Read([]byte) (int, error) { return 0, f.err }

// TestBodies: an answer is read up to 4 MiB, not at all where it says that it is
// larger, and one that breaks off counts by its status where that is a failure.
func TestBodies(t *testing.T) {
	t.Parallel()
	cut := errors.New("the rest is missing")
	padded := goodMe + strings.Repeat(" ", maxAnswer-len(goodMe))
	lost := Error{Kind: KindUnavailable, Status: 200, Reason: connectionLost, Err: cut}
	for name, tc := range map[string]struct {
		status, length int
		content        string
		end            error
		want           Error
		tries          int // 1 where there is none
	}{
		"of 4 MiB":          {status: 200, length: maxAnswer, content: padded, end: io.EOF, want: Error{Kind: none}},
		"declared larger":   {status: 200, length: maxAnswer + 1, want: Error{Status: 200, Reason: tooLarge}},
		"breaks off":        {status: 200, content: goodMe, end: cut, want: lost, tries: 3},
		"breaks off, a 403": {status: 403, content: "<html>", end: cut, want: Error{Status: 403, Reason: foreign403}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var bodies []*body
				c := clientWith(t, roundTrip(func(*http.Request) (*http.Response, error) {
					b := &body{Reader: io.MultiReader(strings.NewReader(tc.content), failingRead{tc.end})}
					bodies = append(bodies, b)
					h := http.Header{"Trace-Id": {"trace-1"}, "Content-Type": {"application/json"}}
					return &http.Response{StatusCode: tc.status, Header: h, ContentLength: int64(tc.length), Body: b}, nil
				}), "canary-token")
				_, err := c.Me(t.Context())
				if tc.want.Kind == none {
					if err != nil {
						t.Error(err)
					}
				} else {
					tc.want.Method, tc.want.Path = "GET", "/me"
					checkFailure(t, err, tc.want, func(e *Error) bool {
						return e.Status == tc.want.Status && e.TraceID == "trace-1" && (e.Err != nil) == (tc.want.Err != nil)
					})
				}
				if len(bodies) != max(1, tc.tries) {
					t.Errorf("%d answers", len(bodies))
				}
				for _, b := range bodies {
					if !b.closed || b.read != (tc.length <= maxAnswer) {
						t.Errorf("closed: %v, read: %v", b.closed, b.read)
					}
				}
			})
		})
	}
}

// TestObserve: every request is observed, with its status and how long it took,
// and its Trace-Id is recorded.
func TestObserve(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slowly := func(r reply) reply {
			r.before = func(*http.Request) { time.Sleep(time.Second) }
			return r
		}
		lost := slowly(reply{err: errors.New("EOF")})
		s := &script{replies: map[string][]reply{"GET /me": {
			slowly(with(asJSON(200, goodMe), "Trace-Id", "trace-1")), lost, lost, slowly(asHTML(500, "")),
			slowly(with(asHTML(403, ""), "Trace-Id", "trace-2"))}}}
		var statuses []int
		observe := func(status int, took time.Duration) {
			statuses = append(statuses, status)
			if took != time.Second {
				t.Errorf("%d took %v", status, took)
			}
		}
		c, err := New(Config{Tokens: StaticToken(mustToken(t, "canary-token")), Transport: s, Observe: observe})
		if err != nil {
			t.Fatal(err)
		}
		ctx, last := RecordTrace(t.Context())
		traces := []string{last()}
		for range 3 {
			_, _ = c.Me(ctx)
			traces = append(traces, last())
		}
		if want := []int{200, 0, 0, 500, 403}; !slices.Equal(statuses, want) {
			t.Errorf("observed %v", statuses)
		}
		if want := []string{"", "trace-1", "trace-1", "trace-2"}; !slices.Equal(traces, want) {
			t.Errorf("recorded %q", traces)
		}
	})
}
