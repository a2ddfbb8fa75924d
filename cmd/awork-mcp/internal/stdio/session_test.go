package stdio

import (
	"strconv"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"
)

var _ server.SessionWithElicitation = (*session)(nil)

func TestNoLoggingSession(t *testing.T) {
	t.Parallel()
	if _, ok := any(new(request)).(server.SessionWithLogging); ok {
		t.Error("the session offers logging")
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`"result":{"action":"accept","content":{"confirm":true}}`: "acceptmap[confirm:true]",
		`"result":{"action":"decline"}`:                           "decline<nil>",
		`"error":null,"result":{"action":"cancel"}`:               "cancel<nil>",
		`"error":{"code":-32601,"message":"no forms"}`:            "the client refused the question: no forms (-32601)",
		`"error":"what"`:        "the client refused the question:  (0)",
		`"result":{"action":5}`: "the client's answer can't be read",
		`"result":null`:         "<nil>",
		`"result":{"action":"accept"},"error":{"code":1,"message":"e"}`: "refused the question: e (1)",
	} {
		h := start(t)
		h.open("legacy")
		h.send(call("legacy", "1", "ask", `{}`))
		q := h.next()
		if q.Method != "elicitation/create" || q.Params["message"] != "Sure?" ||
			!strings.HasPrefix(string(q.ID), `"elicit-`) {
			t.Fatalf("question: %+v", q)
		}
		for _, id := range []string{`"elicit-99"`, "1", "null", `{"a":1}`} { // answers to nothing
			h.send(`{"jsonrpc":"2.0","id":` + id + `,"result":{"action":"accept"}}`)
		}
		h.send(`{"jsonrpc":"2.0","error":{"code":-32700,"message":"?"}}`)
		h.send(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,` + answer + `}`)
		h.send(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"accept"}}`) // once more
		if r := h.next(); !strings.Contains(r.text(), want) {
			t.Errorf("%s: %+v", answer, r)
		}
		if rest := h.end(); rest != nil {
			t.Errorf("%s: more was written: %+v", answer, rest)
		}
	}
}

func TestManyQuestionsAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.open("legacy")
	for i := range 16 {
		h.send(call("legacy", strconv.Itoa(i), "bridge", `{}`))
	}
	var questions []reply
	for range 16 {
		questions = append(questions, h.next())
	}
	for _, q := range questions {
		h.send(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"decline"}}`)
	}
	for id, r := range h.answers(16) {
		if r.text() != "decline" {
			t.Errorf("%s: %+v", id, r)
		}
	}
	h.end()
}

func TestQuestionsEndWithTheInput(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"ask", "bridge"} {
		h := start(t)
		h.open("legacy")
		h.send(call("legacy", "1", tool, `{}`))
		h.next()
		rest := h.end()
		if len(rest) != 1 || string(rest[0].ID) != "1" {
			t.Errorf("%s: %+v", tool, rest)
		}
	}
}

func TestAQuestionThatTimesOutIsTakenBack(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.open("legacy")
	h.send(call("legacy", "1", "ask", `{"waitMs":1}`))
	q, taken, r := h.next(), h.next(), h.next()
	id, _ := taken.Params["requestId"].(string)
	if taken.Method != "notifications/cancelled" || `"`+id+`"` != string(q.ID) || taken.ID != nil {
		t.Errorf("%+v", taken)
	}
	if r.text() != "context deadline exceeded" {
		t.Errorf("%+v", r)
	}
	h.end()
}

func TestACancelledCallTakesItsQuestionBack(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"ask", "bridge"} {
		h := start(t)
		h.open("legacy")
		h.send(call("legacy", "1", tool, `{}`))
		q := h.next()
		h.send(cancelOf("1"))
		if taken := h.next(); taken.Method != "notifications/cancelled" {
			t.Errorf("%+v", taken)
		}
		h.send(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"accept"}}`)
		if rest := h.end(); rest != nil {
			t.Errorf("%s: more was written: %+v", tool, rest)
		}
	}
}

func TestModernClientsAreNotSentRequests(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.send(call("modern", "1", "ask", `{}`), call("modern", "2", "bridge", `{}`))
	got := h.answers(2)
	if r := got["1"]; r.Result["isError"] != true {
		t.Errorf("%+v", r)
	}
	if r := got["2"]; r.Result["resultType"] != "input_required" {
		t.Errorf("%+v", r)
	}
	h.end()
}

func TestTheClientIsKnown(t *testing.T) {
	t.Parallel()
	h := start(t)
	// In one go: the call must see what initialize declared.
	h.send(initialize, call("legacy", "1", "client", `{}`))
	if got := h.answers(2); got["1"].text() != "host 2025-11-25 true" {
		t.Errorf("legacy: %+v", got["1"])
	}
	h.send(call("modern", "2", "client", `{}`))
	if r := h.next(); r.text() != "host 2026-07-28 false" {
		t.Errorf("modern: %+v", r)
	}
	h.send(call("legacy", "3", "client", `{}`))
	if r := h.next(); r.text() != "host 2025-11-25 true" {
		t.Errorf("a modern request changed the session: %+v", r)
	}
	h.end()
}
