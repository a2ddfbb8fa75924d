package stdio

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

func TestCallsWaitTheirTurn(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		h := start(t)
		h.open(era)
		h.send(blocks(era, 0, maxCalls+200)...)
		h.waitStarted(maxCalls)
		h.ping()
		if late := len(h.started); late != 0 {
			t.Errorf("%s: %d more started", era, late)
		}
		close(h.release)
		for id, r := range h.answers(maxCalls + 200) {
			if r.text() != "released" {
				t.Errorf("%s: %s: %+v", era, id, r)
			}
		}
		if rest := h.end(); rest != nil {
			t.Errorf("%s: more was written: %+v", era, rest)
		}
	}
}

func TestACancelledCallInTheQueueNeverStarts(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		h := start(t)
		h.open(era)
		h.send(blocks(era, 0, maxCalls)...)
		h.waitStarted(maxCalls)
		for id := 1000; id < 1050; id++ {
			h.send(call(era, strconv.Itoa(id), "block", `{"id":"late"}`))
			h.send(cancelOf(strconv.Itoa(id)))
		}
		h.ping()
		close(h.release)
		h.answers(maxCalls)
		if rest := h.end(); rest != nil || len(h.started) != 0 {
			t.Errorf("%s: %d started, written: %+v", era, len(h.started), rest)
		}
	}
}

func TestACancelledRequestIsNotAnswered(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		h := start(t)
		h.open(era)
		h.send(call(era, "7", "block", `{"id":"7"}`), call(era, `"7"`, "block", `{"id":"s7"}`))
		h.send(call(era, "8", "deaf", `{"id":"8"}`))
		h.waitStarted(3)
		h.send(cancelOf(`"7"`), cancelOf("8"), cancelOf("99"), cancelOf("null"), cancelOf(`{"a":1}`),
			`{"jsonrpc":"2.0","method":"notifications/cancelled"}`)
		h.ping()
		close(h.release)
		if r := h.next(); string(r.ID) != "7" || r.text() != "released" {
			t.Errorf("%s: %+v", era, r)
		}
		if rest := h.end(); rest != nil {
			t.Errorf("%s: more was written: %+v", era, rest)
		}
	}
}

func TestACancelledRequestSendsNoProgress(t *testing.T) {
	t.Parallel()
	out := new(messages)
	r := &request{session: newSession(t.Context(), newWriter(out, nil)), cancel: func() {}}
	f := newInFlight()
	r.message.ID = []byte("1")
	if err := f.add(r); err != nil {
		t.Fatal(err)
	}
	f.cancel("1")
	for range manyNotifications {
		r.NotificationChannel() <- progress()
	}
	r.notes.Close()
	if len(out.all) != 0 {
		t.Errorf("%d written", len(out.all))
	}
	if r.NotificationChannel() != nil {
		t.Error("a closed outbox takes more")
	}
}

func TestALateCancelSparesTheNextRequestOfThatID(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.send(call("legacy", "1", "echo", `{"text":"x"}`))
	h.next()
	h.send(cancelOf("1"), call("legacy", "1", "block", `{}`))
	h.waitStarted(1)
	close(h.release)
	if r := h.next(); r.text() != "released" {
		t.Errorf("%+v", r)
	}
	h.end()
}

func TestACancelMeansAllOfThatID(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.send(call("legacy", "1", "block", `{}`), call("modern", "1", "block", `{}`))
	h.waitStarted(2)
	h.send(cancelOf("1"))
	if rest := h.end(); rest != nil {
		t.Errorf("answered: %+v", rest)
	}
}

type traceKey struct{}

func TestTheTraceparentReachesTheTools(t *testing.T) {
	t.Parallel()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	h := newHost(t)
	s := h.server()
	trace := mcp.Tool{Name: "trace", InputSchema: mcp.ToolInputSchema{Type: "object"}}
	s.AddTool(trace, func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(fmt.Sprint(ctx.Value(traceKey{}))), nil
	})
	h.serve(s, func(o *Options) {
		o.WithTraceparent = func(ctx context.Context, s string) context.Context {
			return context.WithValue(ctx, traceKey{}, s)
		}
	})
	for sent, want := range map[string]string{`"` + parent + `"`: parent, `"nonsense"`: "<nil>", "7": "<nil>"} {
		for _, era := range eras {
			body := call(era, "1", "trace", "{}")
			if era == "legacy" {
				body = strings.Replace(body, `"arguments":{}`, `"arguments":{},"_meta":{"traceparent":`+sent+`}`, 1)
			} else {
				body = strings.Replace(body, `"_meta":{`, `"_meta":{"traceparent":`+sent+`,`, 1)
			}
			h.send(body)
			if r := h.next(); r.text() != want {
				t.Errorf("%s, %s: %+v", era, sent, r)
			}
		}
	}
	h.end()
}

func TestAFloodIsRefused(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.open("legacy")
	h.send(call("legacy", `"ask"`, "ask", `{}`))
	question := h.next()
	h.send(blocks("legacy", 0, maxOpen-1)...)
	h.send(call("legacy", `"more"`, "echo", `{}`), `{"jsonrpc":"2.0","id":"too","method":"ping"}`)
	for id, r := range h.answers(2) {
		if r.Error == nil || !strings.Contains(r.Error.Message, "busy") {
			t.Errorf("%s: %+v", id, r)
		}
	}
	// The answer to the open question still gets through, and cancels do.
	h.send(`{"jsonrpc":"2.0","id":` + string(question.ID) + `,"result":{"action":"decline"}}`)
	if r := h.next(); r.text() != "decline<nil>" {
		t.Errorf("%+v", r)
	}
	h.send(cancelOf("9998"))
	close(h.release)
	h.answers(maxOpen - 2)
	if rest := h.end(); rest != nil {
		t.Errorf("more was written: %+v", rest)
	}
}
