package confirm

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// What becomes of a question while its call waits.
func TestAskedWhileTheCallWaits(t *testing.T) {
	t.Parallel()
	failed := errors.New("no answer from awork")
	changed := testBinding()
	changed.Records = nil
	const long = time.Hour
	good := testBinding()
	for name, c := range map[string]struct {
		answer  answerer
		timeout time.Duration
		cancel  time.Duration
		reread  Binding
		failure error
		check   func(t *testing.T, err error)
	}{
		"in time":        {answerIn(DefaultTimeout-1, nil), 0, long, good, nil, nil},
		"too late":       {answerIn(DefaultTimeout+1, nil), 0, long, good, nil, declines("within 55s")},
		"another time":   {answerIn(4*time.Second, nil), 3 * time.Second, long, good, nil, declines("within 3s")},
		"lost":           {answerIn(time.Second, failed), 0, long, good, nil, declines("got no answer")},
		"cancelled":      {answerIn(long, nil), 0, time.Second, good, nil, isError(context.Canceled)},
		"not read again": {answerIn(time.Second, nil), 0, long, good, failed, isError(failed)},
		"changed": {answerIn(time.Second, nil), 0, long, changed, nil, func(t *testing.T, err error) {
			t.Helper()
			wantRefusal(t, "", err, result.ConfirmationRequired, `API user "Zapier Sync" is gone`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked, waiting := withForms(), context.Context(nil)
				asked.answer = func(ctx context.Context, form mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
					waiting = ctx
					return c.answer(ctx, form)
				}
				request := aboutTest()
				request.Reread = func(context.Context) (Binding, error) { return c.reread, c.failure }
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(c.cancel, cancel)
				within(ctx, t, asked, func(ctx context.Context) {
					how, err := newConfirmer(t, Options{Timeout: c.timeout}).Confirm(ctx, request)
					if c.check != nil {
						c.check(t, err)
					} else if err != nil || how != ByForm {
						t.Errorf("%s, %v", how, err)
					}
					if waiting.Err() == nil {
						t.Error("the question's context goes on")
					}
				})
				cancel()
			})
		})
	}
}

func isError(want error) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func declines(words string) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		wantRefusal(t, "", err, result.Declined, words)
	}
}

// A session has sixteen questions open at most, another as many, and an answer
// makes space for one more.
func TestOpenQuestions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x, release := newConfirmer(t, Options{}), make(chan struct{})
		ask := func(session string) error {
			c := withForms()
			c.id = session
			c.answer = func(context.Context, mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
				<-release
				return yes(), nil
			}
			var err error
			within(t.Context(), t, c, func(ctx context.Context) { _, err = x.Confirm(ctx, aboutTest()) })
			return err
		}
		var all sync.WaitGroup
		begin := func(session string) {
			all.Go(func() {
				if err := ask(session); err != nil {
					t.Error(err)
				}
			})
		}
		for range maxOpen {
			begin("one")
		}
		synctest.Wait()
		wantRefusal(t, "one more", ask("one"), result.ConfirmationRequired, "16 questions are open already")
		release <- struct{}{}
		synctest.Wait()
		begin("one")
		synctest.Wait()
		wantRefusal(t, "one more again", ask("one"), result.ConfirmationRequired, "16 questions are open already")
		begin("another")
		synctest.Wait()
		close(release)
		all.Wait()
		if err := ask("one"); err != nil || len(x.open.bySession) != 0 {
			t.Errorf("%v, %v", err, x.open.bySession)
		}
	})
}

// TestDifferences: the words name what of a binding is another, three things at most.
func TestDifferences(t *testing.T) {
	t.Parallel()
	for words, change := range map[string]func(*Binding){
		"it was given for another call":                               func(*Binding) {},
		`API user "Zapier Sync" is gone`:                              func(b *Binding) { b.Records = nil },
		`API user "Zapier Sync" has changed since: its name was "Zap`: func(b *Binding) { b.Records[0].Name = "Other" },
		"there are API users that there were not": func(b *Binding) {
			b.Records = append(b.Records, b.Records...)
		},
		"the client application is another, or has changed": func(b *Binding) { b.Client.ClientID = "x" },
		"what the role may do has changed":                  func(b *Binding) { b.Roles = nil },
		`is gone; the client application is another, or has changed; what the role may do has changed`: func(b *Binding) {
			b.Subject = Subject{}
		},
	} {
		now := testBinding()
		change(&now)
		if got := testBinding().Differences(now, directory.Names{}); !strings.Contains(got, words) {
			t.Errorf("%q, want %q", got, words)
		}
	}
	four := testBinding()
	for range 4 {
		four.Records = append(four.Records, four.Records[0])
	}
	if got := four.Differences(Binding{}, directory.Names{}); strings.Count(got, ";") != 2 {
		t.Errorf("%q", got)
	}
}
