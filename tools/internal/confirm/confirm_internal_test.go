package confirm

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// TestWhoIsAsked: what each mode does with each client, and what a preview says of
// it.
func TestWhoIsAsked(t *testing.T) {
	t.Parallel()
	const asks, nobody, code, refused = "by a form", "approval of the call", "confirmationCode", "It would be refused"
	none, forms := mcp.ClientCapabilities{}, ofForms()
	addresses, both := withForms(), withForms()
	addresses.capabilities.Elicitation = &mcp.ElicitationCapability{URL: &struct{}{}}
	both.capabilities.Elicitation = &mcp.ElicitationCapability{Form: &struct{}{}, URL: &struct{}{}}
	for name, client := range map[string]struct {
		session             server.ClientSession
		modern              *mcp.ClientCapabilities
		era                 bool // whether it is of 2026-07-28
		auto, strict, human string
	}{
		"forms":               {withForms(), nil, false, asks, asks, asks},
		"forms and addresses": {both, nil, false, asks, asks, asks},
		"no forms":            {&client{id: "s", name: "c"}, nil, false, nobody, code, refused},
		"addresses alone":     {addresses, nil, false, nobody, code, refused},
		"no session":          {nil, nil, false, code, code, refused},
		"no id":               {&client{name: "c", capabilities: forms}, nil, false, code, code, refused},
		"no initialize":       {&client{id: "s", capabilities: forms}, nil, false, code, code, refused},
		"says nothing":        {asker{withForms()}, nil, false, code, code, refused},
		"can't be asked":      {listener{withForms()}, nil, false, code, code, refused},
		"modern, forms":       {nil, &forms, true, asks, asks, asks},
		"modern, none":        {nil, &none, true, nobody, code, refused},
		"modern, silent":      {nil, nil, true, code, code, refused},
	} {
		within(t.Context(), t, client.session, func(ctx context.Context) {
			if client.era {
				ctx = modern(ctx, client.modern)
			}
			for mode, want := range map[Mode]string{
				"": client.auto, Auto: client.auto, Strict: client.strict, Human: client.human,
				Never: "(--confirm never)",
			} {
				c := newConfirmer(t, Options{Mode: mode})
				if got := c.Describe(ctx, true, false); !strings.Contains(got, want) {
					t.Errorf("%s, %s: %q, want %q", name, mode, got, want)
				}
				if got := c.Asks(ctx); got != (want == asks || want == code) {
					t.Errorf("%s, %s: it asks: %v", name, mode, got)
				}
				if got := c.TakesCode(ctx); got != (want == code || mode == Strict) {
					t.Errorf("%s, %s: it takes a code: %v", name, mode, got)
				}
				how, err := c.Confirm(ctx, aboutTest())
				var pending *PendingError
				var refusal *result.RefusalError
				switch want {
				case asks:
					if errors.As(err, &pending) != client.era || !client.era && (err != nil || how != ByForm) {
						t.Errorf("%s, %s: %s, %v", name, mode, how, err)
					}
				case nobody:
					if err != nil || how != NoForms {
						t.Errorf("%s, %s: %s, %v", name, mode, how, err)
					}
				case code:
					wantRefusal(t, name, err, result.ConfirmationRequired, "Really? Nothing was sent")
					if errors.As(err, &refusal) && refusal.ConfirmationCode == "" {
						t.Errorf("%s, %s: no code", name, mode)
					}
				case refused:
					wantRefusal(t, name, err, result.Blocked, "--confirm human")
				default:
					if err != nil || how != NotWanted {
						t.Errorf("%s, %s: %s, %v", name, mode, how, err)
					}
				}
			}
		})
	}
}

// What is not asked for, is answered beforehand, or can't be asked without state.
func TestWithoutAQuestion(t *testing.T) {
	t.Parallel()
	deleting, making, nothing := aboutTest(), aboutTest(), aboutTest()
	making.Makes, nothing.Question = true, nil
	store := &opened{used: map[string]bool{}}
	within(t.Context(), t, withForms(), func(ctx context.Context) {
		for name, c := range map[string]struct {
			options   Options
			request   Request
			how       string // empty where it is refused
			described string
		}{
			"nothing to ask":     {Options{}, nothing, NotNeeded, "needs no confirmation"},
			"a flag":             {Options{Yes: true, AnsweredBy: "flag"}, deleting, "flag", "the flag answers"},
			"a flag, never":      {Options{Mode: Never, Yes: true, AnsweredBy: "x"}, deleting, NotWanted, "(--confirm never)"},
			"a terminal":         {Options{AnsweredBy: "terminal"}, deleting, "terminal", "asked on the terminal"},
			"no state":           {Options{Stateless: true}, making, "", "without state"},
			"no state, a delete": {Options{Stateless: true}, deleting, ByForm, "by a form"},
			"no state, a store":  {Options{Stateless: true, Store: store}, making, ByForm, "by a form"},
			"making":             {Options{}, making, ByForm, "by a form"},
		} {
			x := newConfirmer(t, c.options)
			how, err := x.Confirm(ctx, c.request)
			if c.how == "" {
				wantRefusal(t, name, err, result.Blocked, "--state-store")
			} else if err != nil || how != c.how {
				t.Errorf("%s: %s, %v", name, how, err)
			}
			got := x.Describe(ctx, c.request.Question != nil, c.request.Makes)
			if !strings.Contains(got, c.described) {
				t.Errorf("%s: %q, want %q", name, got, c.described)
			}
		}
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Mode: "loud\n"}); err == nil || !strings.Contains(err.Error(), `never, not "loud`) ||
		strings.Contains(err.Error(), "\n") {
		t.Errorf("no mode: %v", err)
	}
	if _, err := New(Options{Key: []byte("short")}); err == nil {
		t.Error("a short key is taken")
	}
	for name, c := range map[string]struct {
		options Options
		lists   bool
	}{
		"auto":            {Options{}, false},
		"auto, over HTTP": {Options{CodeInAuto: true}, true},
		"strict":          {Options{Mode: Strict}, true},
		"human":           {Options{Mode: Human, CodeInAuto: true}, false},
		"never":           {Options{Mode: Never, CodeInAuto: true}, false},
	} {
		if got := newConfirmer(t, c.options).ListsCode(); got != c.lists {
			t.Errorf("%s: it lists the code: %v", name, got)
		}
	}
}

// A code is good for the same call, once, also where a client has no forms.
func TestCode(t *testing.T) {
	t.Parallel()
	within(t.Context(), t, &client{id: "s", name: "c"}, func(ctx context.Context) {
		c := newConfirmer(t, Options{Mode: Strict})
		_, err := c.Confirm(ctx, aboutTest())
		var refusal *result.RefusalError
		if !errors.As(err, &refusal) {
			t.Fatal(err)
		}
		again := aboutTest()
		again.Answer.Code = " " + refusal.ConfirmationCode + "\n"
		if how, err := c.Confirm(ctx, again); err != nil || how != ByCode {
			t.Errorf("%s, %v", how, err)
		}
		_, err = c.Confirm(ctx, again)
		wantRefusal(t, "a second time", err, result.ConfirmationRequired, "used already")
		_, err = newConfirmer(t, Options{}).Confirm(ctx, again)
		wantRefusal(t, "another server's", err, result.ConfirmationRequired, "did not give it")
		_, err = newConfirmer(t, Options{Mode: Human}).Confirm(ctx, again)
		wantRefusal(t, "where a human must answer", err, result.Blocked, "--confirm human")
		flag := newConfirmer(t, Options{Mode: Strict, Yes: true, AnsweredBy: "flag"})
		if how, err := flag.Confirm(ctx, aboutTest()); err != nil || how != "flag" {
			t.Errorf("with a flag: %s, %v", how, err)
		}
		elsewhere := newConfirmer(t, Options{Mode: Strict, AnsweredBy: "terminal"})
		if got := elsewhere.Describe(ctx, true, false); !strings.Contains(got, CodeArgument) {
			t.Errorf("a client without a terminal: %s", got)
		}
	})
}

// What is not of the protocol's revision counts for nothing.
func TestStrayState(t *testing.T) {
	t.Parallel()
	within(t.Context(), t, withForms(), func(ctx context.Context) {
		request := aboutTest()
		request.Answer.State = "x"
		if how, err := newConfirmer(t, Options{}).Confirm(ctx, request); err != nil || how != ByForm {
			t.Errorf("%s, %v", how, err)
		}
	})
	if formsOf(t.Context()) != formsUnknown {
		t.Error("forms without a request")
	}
}
