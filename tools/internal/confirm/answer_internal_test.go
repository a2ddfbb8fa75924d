package confirm

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

const (
	accept  = mcp.ElicitationResponseActionAccept
	decline = mcp.ElicitationResponseActionDecline
	closed  = mcp.ElicitationResponseActionCancel
)

// TestYes: what is a yes, and what the refusal of each other answer says. An answer
// means the same in both eras.
func TestYes(t *testing.T) {
	t.Parallel()
	ticked := func(v any) map[string]any { return map[string]any{tickField: v} }
	counted := func(v any) map[string]any { return map[string]any{tickField: true, countField: v} }
	for name, c := range map[string]struct {
		answer *mcp.ElicitationResult
		count  int
		after  time.Duration
		words  string // empty for a yes
	}{
		"ticked":               {answered(accept, ticked(true)), 0, time.Second, ""},
		"ticked at once":       {answered(accept, ticked(true)), 0, 0, ""},
		"ticked as a text":     {answered(accept, ticked(" TRUE ")), 0, time.Second, ""},
		"not ticked":           {answered(accept, ticked(false)), 0, time.Second, "did not tick"},
		"not ticked, a text":   {answered(accept, ticked("yes")), 0, time.Second, "did not tick"},
		"not ticked, a number": {answered(accept, ticked(1.0)), 0, time.Second, "did not tick"},
		"nothing filled in":    {answered(accept, nil), 0, time.Second, "nothing was filled in"},
		"an empty form":        {answered(accept, map[string]any{}), 0, time.Second, "--confirm strict"},
		"the number":           {answered(accept, counted(" 3 ")), 3, time.Second, ""},
		"as a number":          {answered(accept, counted(3.0)), 3, time.Second, ""},
		"another number":       {answered(accept, counted("4")), 3, time.Second, `was not 3: the number was "4"`},
		"another, a number":    {answered(accept, counted(3.5)), 3, time.Second, `the number was "3.5"`},
		"no number":            {answered(accept, ticked(true)), 3, time.Second, "the number was left empty"},
		"a list":               {answered(accept, counted([]any{})), 3, time.Second, `the number was "[]"`},
		"no":                   {answered(decline, nil), 0, tooFast, "answered no"},
		"no at once":           {answered(decline, nil), 0, tooFast - time.Millisecond, "no human"},
		"closed":               {answered(closed, nil), 0, tooFast, "closed the question"},
		"closed at once":       {answered(closed, nil), 0, 0, "no human"},
		"another word":         {answered("perhaps", ticked(true)), 0, time.Second, "neither yes nor no"},
	} {
		request := aboutTest()
		request.Count = c.count
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				x := newConfirmer(t, Options{})
				asked := withForms()
				asked.answer = func(_ context.Context, form mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
					checkForm(t, form, c.count)
					time.Sleep(c.after)
					return c.answer, nil
				}
				within(t.Context(), t, asked, func(ctx context.Context) {
					how, err := x.Confirm(ctx, request)
					checkAnswer(t, how, err, c.words)
				})
				forms := ofForms()
				ctx := modern(t.Context(), &forms)
				_, err := x.Confirm(ctx, request)
				var pending *PendingError
				if !errors.As(err, &pending) || pending.Error() == "" {
					t.Fatal(err)
				}
				checkForm(t, pending.Params, c.count)
				time.Sleep(c.after)
				again := request
				again.Answer.State = pending.State
				again.Answer.Responses = mcp.InputResponses{FormKey: {Elicitation: c.answer}}
				how, err := x.Confirm(ctx, again)
				checkAnswer(t, how, err, c.words)
				_, err = x.Confirm(ctx, again)
				wantRefusal(t, "a second time", err, result.ConfirmationRequired, "used already")
			})
		})
	}
}

func checkAnswer(t *testing.T, how string, err error, words string) {
	t.Helper()
	if words != "" {
		wantRefusal(t, "", err, result.Declined, words)
	} else if err != nil || how != ByForm {
		t.Errorf("%s, %v", how, err)
	}
}

func checkForm(t *testing.T, form mcp.ElicitationParams, count int) {
	t.Helper()
	got := string(result.JSON(form))
	for _, want := range []string{`"message":"Really?"`, `"mode":"form"`, `"type":"object"`,
		`"confirm":{"default":false,"title":"Yes, do it","type":"boolean"}`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	number := strings.Contains(got, `"count":{"title":"How many? Type 3","type":"string"}`) &&
		strings.Contains(got, `"required":["confirm","count"]`)
	if number != (count > 0) || count == 0 && !strings.Contains(got, `"required":["confirm"]`) {
		t.Errorf("the number: %s", got)
	}
}

// Where a client can't show the form, the message names a way out that fits the mode.
func TestWayOut(t *testing.T) {
	t.Parallel()
	for mode, words := range map[Mode]string{
		Auto: "--confirm strict", Strict: "--confirm never", Human: "--confirm never",
	} {
		err := newConfirmer(t, Options{Mode: mode}).checkYes(aboutTest(), accepted(nil), time.Second)
		wantRefusal(t, string(mode), err, result.Declined, words)
	}
	onTerminal := newConfirmer(t, Options{AnsweredBy: "terminal"})
	err := onTerminal.checkYes(aboutTest(), answered(decline, nil), 0)
	wantRefusal(t, "a quick no on the terminal", err, result.Declined, "answered no")
}

// A second call that brings no answer, or one to another question, is refused.
func TestAnswerThatIsNone(t *testing.T) {
	t.Parallel()
	forms := ofForms()
	ctx := modern(t.Context(), &forms)
	x := newConfirmer(t, Options{})
	_, err := x.Confirm(ctx, aboutTest())
	var pending *PendingError
	if !errors.As(err, &pending) {
		t.Fatal(err)
	}
	other := aboutTest()
	other.Answer = Answer{State: pending.State, Responses: mcp.InputResponses{FormKey: {Elicitation: yes()}}}
	other.Binding.Tool = "another"
	_, err = x.Confirm(ctx, other)
	wantRefusal(t, "another call", err, result.ConfirmationRequired, "another call")
	silent := aboutTest()
	silent.Answer.State = pending.State
	_, err = x.Confirm(ctx, silent)
	wantRefusal(t, "no answer", err, result.Declined, "no answer to the question")
	store := newConfirmer(t, Options{Key: make([]byte, 32), Store: &opened{err: errors.New("down")}})
	again := aboutTest()
	again.Answer = Answer{State: store.sealer.seal(testBinding()), Responses: other.Answer.Responses}
	_, err = store.Confirm(ctx, again)
	wantRefusal(t, "no store", err, result.Blocked, "--state-store")
}

// While the store can't be reached, nobody is asked for an answer that could not be
// used; when it can, they are. An answer that comes while its call waits needs none.
func TestNoQuestionWithoutItsStore(t *testing.T) {
	t.Parallel()
	forms, none := ofForms(), mcp.ClientCapabilities{}
	away := Options{Mode: Strict, Store: &opened{err: errors.New("down")}}
	for name, declared := range map[string]*mcp.ClientCapabilities{"a form": &forms, "a code": &none} {
		asked := aboutTest()
		asked.Question = func(context.Context) string {
			t.Errorf("%s: asked", name)
			return ""
		}
		_, err := newConfirmer(t, away).Confirm(modern(t.Context(), declared), asked)
		wantRefusal(t, name, err, result.Blocked, "call again later")
	}
	there := Options{Store: &opened{used: map[string]bool{}}}
	if _, err := newConfirmer(t, there).Confirm(modern(t.Context(), &forms), aboutTest()); !errors.As(err, new(*PendingError)) {
		t.Errorf("the store can be reached: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		within(t.Context(), t, &client{id: "s", name: "c", capabilities: ofForms(), answer: answerIn(time.Second, nil)},
			func(ctx context.Context) {
				if how, err := newConfirmer(t, away).Confirm(ctx, aboutTest()); how != ByForm || err != nil {
					t.Errorf("a call that waits: %s, %v", how, err)
				}
			})
	})
}
