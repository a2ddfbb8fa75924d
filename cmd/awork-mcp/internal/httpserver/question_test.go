package httpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// asked makes a call that asks in a session, and gives the stream of its answer
// and the id of the question, as JSON.
func (x *fixture) asked(session []string, name string) (lines *bufio.Scanner, id string) {
	x.t.Helper()
	res := x.do(x.request("POST", "/mcp", call(1, "ask", name), session...))
	lines = events(res.Body)
	var question struct {
		ID     json.RawMessage
		Method string
		Params struct{ Message string }
	}
	got := next(x.t, lines)
	if err := json.Unmarshal([]byte(got), &question); err != nil || question.Method != "elicitation/create" ||
		question.Params.Message != "sure?" {
		x.t.Fatalf("the question: %s, %v", got, err)
	}
	return lines, string(question.ID)
}

func accepted(id string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}`, id)
}

// An answer counts once, in its session, for the question of that id.
func TestQuestionIsAnsweredInItsSession(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	session, another := x.session(), x.session()
	lines, id := x.asked(session, "")
	for _, body := range []string{accepted(`"elicit-99"`), accepted(`"1"`), accepted("null"), `{"jsonrpc":"2.0","error":{}}`} {
		if status, answer, _ := x.send("POST", "/mcp", body, session...); status != http.StatusAccepted {
			t.Errorf("an answer to nothing, %s: %d %s", body, status, answer)
		}
	}
	if status, answer, _ := x.send("POST", "/mcp", accepted("1"), session...); status != http.StatusBadRequest &&
		status != http.StatusNotFound {
		t.Errorf("an answer that mcp-go did not ask for: %d %s", status, answer)
	}
	x.send("POST", "/mcp", accepted(id), another...)
	no := strings.Replace(accepted(id), "accept", "decline", 1)
	for _, body := range []string{no, accepted(id)} {
		if status, answer, _ := x.send("POST", "/mcp", body, session...); status != http.StatusAccepted {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	if got := next(t, lines); !strings.Contains(got, `"text":"decline"`) {
		t.Errorf("the call: %s", got)
	}
}

// The client hears that nobody waits for its answer any more.
func TestQuestionIsTakenBack(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		by   func(x *fixture, session []string)
		call string
		want string
	}{
		"timeout":  {func(*fixture, []string) {}, "impatient", context.DeadlineExceeded.Error()},
		"shutdown": {func(x *fixture, _ []string) { x.stop() }, "", "can't answer any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := start(t, Options{Grace: time.Hour})
			session := x.session()
			lines, id := x.asked(session, end.call)
			end.by(x, session)
			if got := next(t, lines); !strings.Contains(got, `"method":"notifications/cancelled"`) ||
				!strings.Contains(got, `"requestId":`+id) {
				t.Errorf("%s: %s", name, got)
			}
			if got := next(t, lines); !strings.Contains(got, `"id":1,`) || !strings.Contains(got, end.want) {
				t.Errorf("%s: the call: %s", name, got)
			}
		})
	}
}

// Nobody may have the answer of a call once its session has ended.
func TestCallsEndWithTheirSession(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	session := x.session()
	status := make(chan int, 1)
	go func() {
		got, _, _ := x.send("POST", "/mcp", call(1, "wait", ""), session...)
		status <- got
	}()
	x.began()
	if got, _, _ := x.send("DELETE", "/mcp", "", session...); got != http.StatusOK {
		t.Errorf("DELETE: %d", got)
	}
	if err := receive(t, x.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("the call: %v", err)
	}
	if got := receive(t, status); got != http.StatusNotFound {
		t.Errorf("its answer: %d", got)
	}
}
