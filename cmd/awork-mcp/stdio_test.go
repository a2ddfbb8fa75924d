package main_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// overBothEras runs a test with a client of each era on stdio.
func overBothEras(t *testing.T, test func(t *testing.T, era mcptest.Era)) {
	for _, era := range mcptest.Eras() {
		t.Run(string(era), func(t *testing.T) {
			t.Parallel()
			test(t, era)
		})
	}
}

// Twenty calls are all at awork at the same time, and none is lost when the
// input ends while they are.
func TestParallelCallsAndTheEndOfInput(t *testing.T) {
	t.Parallel()
	overBothEras(t, func(t *testing.T, era mcptest.Era) {
		const calls = 20
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		h := s.stdio(era, nil, w.env(s, w.admin))
		held := w.hold("GET", "/apiusers/"+sandbox.ZapierSyncID)
		var answers []<-chan mcptest.Reply
		for range calls {
			answers = append(answers, begin(h, "tools/call", mcptest.ToolCall("get_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID})))
		}
		for range calls {
			receive(t, held.arrived, "a request while the others wait")
		}
		_ = h.p.stdin.Close()
		held.release()
		for _, c := range answers {
			if a := answered(t, receive(t, c, "an answer after the end of input")); a.Outcome != "found" {
				t.Errorf("got %s", a.text)
			}
		}
		if status := h.p.wait(); status != 0 {
			t.Errorf("status %d", status)
		}
		if len(h.Notes()) > 0 {
			t.Errorf("an answer too many: %+v", <-h.Notes())
		}
	})
}

func TestLinesOfAllKinds(t *testing.T) {
	t.Parallel()
	overBothEras(t, func(t *testing.T, era mcptest.Era) {
		s := newFixture(t)
		h := s.stdio(era, []string{"--sandbox"}, nil)
		refused := func(line string, code int) {
			t.Helper()
			h.send(line)
			if r := receive(t, h.Notes(), "a refusal"); r.Error == nil || r.Error.Code != code || string(r.ID) != "null" {
				t.Errorf("got %+v", r)
			}
		}
		id := map[string]any{"apiUserId": sandbox.ZapierSyncID}

		refused(strings.Repeat("x", 3<<20), -32600)
		refused(`{"jsonrpc":"2.0","id":900,"method":"ping","params":{"x":"`+strings.Repeat("x", 1<<20)+`"}}`, -32600)
		if a := call(t, h, "get_api_user", id); a.Outcome != "found" {
			t.Errorf("after lines that are too long: %s", a.text)
		}
		refused(`{"jsonrpc":"2.0",`, -32700)
		refused("hello", -32700)
		h.send("", "  ")
		if a := call(t, h, "get_api_user", id); a.Outcome != "found" {
			t.Errorf("after lines that are none: %s", a.text)
		}
		// Arguments close to the limit are served.
		id["apiUserId"] = strings.Repeat("x", 1<<20-4096)
		if a := call(t, h, "get_api_user", id); a.Outcome != "invalid_input" || len(a.text) > 4096 {
			t.Errorf("a long argument: %.500s", a.text)
		}

		last := h.Expect(`"the last"`)
		line := mcptest.Message(era, "the last", "tools/call", mcptest.ToolCall("list_roles", nil))
		if _, err := h.p.stdin.Write(line); err != nil { // without a newline
			t.Fatal(err)
		}
		if status := h.end(); status != 0 {
			t.Errorf("status %d", status)
		}
		if a := answered(t, receive(t, last, "the answer to a line without an end")); a.Outcome != "found" {
			t.Errorf("the last line: %s", a.text)
		}
	})
}

// sync comes back when what was sent before has been read and dealt with.
func (h *stdioHost) sync(t *testing.T) {
	t.Helper()
	if r := ask(t, h, "tools/list", nil); r.Error != nil {
		t.Fatalf("tools/list: %+v", *r.Error)
	}
}

// A cancelled read ends at once, a cancelled delete on its way takes its
// course; neither is answered.
func TestCancelledCallsAreSilent(t *testing.T) {
	t.Parallel()
	overBothEras(t, func(t *testing.T, era mcptest.Era) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		h := s.stdio(era, nil, w.env(s, w.admin))

		hung := w.hold("GET", "/apiusers/"+sandbox.HubSpotBridgeID)
		reading, neverRead := h.Begin(t.Context(), "tools/call", mcptest.ToolCall("get_api_user", map[string]any{"apiUserId": sandbox.HubSpotBridgeID}))
		receive(t, hung.arrived, "the read")
		h.Cancel(reading)
		receive(t, hung.givenUp, "the read's end")
		hung.release()

		held := w.hold("DELETE", "/apiusers/"+sandbox.ZapierSyncID)
		deleting, neverAnswered := h.Begin(t.Context(), "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
		receive(t, held.arrived, "the delete")
		h.Cancel(deleting)
		h.sync(t)
		held.release()

		// The program lives on, and the end of input waits for the delete.
		if a := call(t, h, "get_api_user", map[string]any{"apiUserId": sandbox.TimeDashboardID}); a.Outcome != "found" {
			t.Errorf("after the cancellations: %s", a.text)
		}
		if status := h.end(); status != 0 {
			t.Errorf("status %d", status)
		}
		for name, c := range map[string]<-chan mcptest.Reply{"read": neverRead, "delete": neverAnswered} {
			if r, came := <-c; came {
				t.Errorf("the cancelled %s was answered: %+v", name, r)
			}
		}
		if w.has(sandbox.ZapierSyncID) {
			t.Error("a delete that was at awork already was given up")
		}
		if len(h.Notes()) > 0 {
			t.Errorf("an answer too many: %+v", <-h.Notes())
		}
	})
}

// What is cancelled before the delete has been sent never sends it.
func TestCancelledBeforeTheDelete(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	h := s.stdio(modern, nil, w.env(s, w.admin))
	held := w.hold("GET", "/apiusers/"+sandbox.ZapierSyncID)
	id, never := h.Begin(t.Context(), "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	receive(t, held.arrived, "the look at the record")
	h.Cancel(id)
	h.sync(t)
	held.release()
	if status := h.end(); status != 0 {
		t.Errorf("status %d", status)
	}
	if r, came := <-never; came {
		t.Errorf("it was answered: %+v", r)
	}
	for _, r := range w.Requests() {
		if r.Method == http.MethodDelete {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}

// One client's flood leaves no call unanswered.
func TestManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	h := s.stdio(modern, []string{"--sandbox", "--log-level=warn"}, nil)
	var answers []<-chan mcptest.Reply
	for i := range 300 {
		answers = append(answers, begin(h, "tools/call", mcptest.ToolCall("get_api_user", map[string]any{"apiUserId": "no " + strconv.Itoa(i)})))
	}
	_ = h.p.stdin.Close()
	for i, c := range answers {
		a := answered(t, receive(t, c, "an answer"))
		if a.Outcome != "invalid_input" || !strings.Contains(a.Message, "no "+strconv.Itoa(i)) {
			t.Errorf("call %d: %s", i, a.text)
		}
	}
	if status := h.p.wait(); status != 0 {
		t.Errorf("status %d", status)
	}
}
