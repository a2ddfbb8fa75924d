package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestBothErasOnOneEndpoint(t *testing.T) {
	t.Parallel()
	for _, stateless := range []bool{false, true} {
		x := start(t, Options{Stateless: stateless})
		body, header := modern(1, "echo", "")
		status, answer, got := x.send("POST", "/mcp", body, header...)
		if status != http.StatusOK || !strings.Contains(answer, "echoed") || got.Get("Mcp-Session-Id") != "" ||
			got.Get("X-Accel-Buffering") != "no" {
			t.Errorf("modern, stateless %t: %d %s", stateless, status, answer)
		}
		header = nil
		if !stateless {
			header = x.session()
		}
		status, answer, _ = x.send("POST", "/mcp", call(1, "echo", ""), header...)
		if status != http.StatusOK || !strings.Contains(answer, "echoed") {
			t.Errorf("legacy, stateless %t: %d %s", stateless, status, answer)
		}
	}
}

func TestSessionsExistOrNot(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	gone := x.session()
	listening := x.do(x.request("GET", "/mcp", "", gone...))
	if listening.StatusCode != http.StatusOK {
		t.Fatalf("GET: %d", listening.StatusCode)
	}
	if status, _, _ := x.send("DELETE", "/mcp", "", gone...); status != http.StatusOK {
		t.Errorf("DELETE: %d", status)
	}
	if lines := events(listening.Body); lines.Scan() || lines.Err() != nil {
		t.Errorf("the stream of an ended session: %q, %v", lines.Text(), lines.Err())
	}
	for name, header := range map[string][]string{
		"ended":    gone,
		"invented": {"Mcp-Session-Id", "mcp-session-00000000-0000-4000-8000-000000000001"},
	} {
		for _, method := range []string{"POST", "GET", "DELETE"} {
			status, answer, _ := x.send(method, "/mcp", call(1, "echo", ""), header...)
			id := map[bool]string{true: "1", false: "null"}[method == "POST"]
			if status != http.StatusNotFound || !strings.Contains(answer, `"id":`+id+`,"error":{"code":-32001`) ||
				!strings.Contains(answer, "send initialize") {
				t.Errorf("%s in a session that is %s: %d %s", method, name, status, answer)
			}
		}
	}
	for _, method := range []string{"GET", "DELETE"} {
		if status, _, header := x.send(method, "/mcp", ""); status != 405 || header.Get("Allow") != "POST" {
			t.Errorf("%s in no session: %d", method, status)
		}
		if status, _, header := x.send(method, "/mcp", "", "MCP-Protocol-Version", "2026-07-28"); status != 405 ||
			header.Get("Allow") != "POST" {
			t.Errorf("%s in the era without sessions: %d", method, status)
		}
	}
	if status, _, _ := x.send("POST", "/message?sessionId=invented", call(1, "echo", "")); status != http.StatusNotFound {
		t.Errorf("/message: %d", status)
	}
}

func cancelled(id any) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%v}}`, id)
}

// Clients count from 1: one's cancellation must not hit another's call.
func TestCancellationIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	for _, stateless := range []bool{false, true} {
		x := start(t, Options{Stateless: stateless})
		answers := make(chan string, 2)
		go func() {
			body, header := modern(1, "wait", "modern")
			_, answer, _ := x.send("POST", "/mcp", body, header...)
			answers <- answer
		}()
		x.began()
		other := []string{}
		if !stateless {
			other = x.session()
		}
		go func() {
			_, answer, _ := x.send("POST", "/mcp", call(1, "wait", "legacy"), other...)
			answers <- answer
		}()
		x.began()

		foreign := []string{}
		if !stateless {
			foreign = x.session()
		}
		x.send("POST", "/mcp", cancelled(1), foreign...)
		withMeta := strings.Replace(cancelled(1), `"requestId"`, `"_meta":{`+modernMeta+`},"requestId"`, 1)
		for _, body := range []string{cancelled(1), withMeta} {
			status, answer, _ := x.send("POST", "/mcp", body, "MCP-Protocol-Version", "2026-07-28",
				"Mcp-Method", "notifications/cancelled")
			if status != http.StatusAccepted {
				t.Errorf("cancelled: %d %s", status, answer)
			}
		}
		close(x.release)
		for range 2 {
			if answer := receive(t, answers); !strings.Contains(answer, "waited") {
				t.Errorf("stateless %t: %s", stateless, answer)
			}
		}
	}
}

func TestOwnCancellationWorks(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})

	body, header := modern(1, "wait", "") // closing the stream cancels
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	r := x.request("POST", "/mcp", body, header...).WithContext(ctx)
	failed := make(chan error, 1)
	go func() {
		res, err := x.client.Do(r)
		if err == nil {
			_ = res.Body.Close()
		}
		failed <- err
	}()
	x.began()
	hangUp()
	if err := receive(t, x.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("after hanging up: %v", err)
	}
	_ = receive(t, failed)

	session := x.session()
	done := make(chan struct{})
	go func() { x.send("POST", "/mcp", call(7, "wait", ""), session...); close(done) }()
	x.began()
	x.send("POST", "/mcp", cancelled(7), session...)
	if err := receive(t, x.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("after a notification: %v", err)
	}
	<-done

	lines, post := x.stream()
	post(call(8, "wait", ""))
	x.began()
	post(cancelled(8))
	if err := receive(t, x.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("after a notification over SSE: %v", err)
	}
	post(call(9, "echo", ""))
	if line := next(t, lines); !strings.Contains(fmt.Sprint(line), "9") ||
		strings.Contains(fmt.Sprint(line), `"id":8`) {
		t.Errorf("a cancelled request is answered over SSE: %v", line)
	}
}

func TestProgressIsCompleteAndInOrder(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	stateless := start(t, Options{Stateless: true})
	session := x.session()
	lines, post := x.stream()
	post(initialize)
	next(t, lines)
	check := func(era string, next func() string) {
		t.Helper()
		for i := 1; i <= 3; i++ {
			if got := next(); !strings.Contains(got, fmt.Sprintf(`"progress":%d`, i)) {
				t.Fatalf("%s: event %d is %s", era, i, got)
			}
		}
		if got := next(); !strings.Contains(got, "progressed") {
			t.Fatalf("%s: the last event is %s", era, got)
		}
	}
	for i := range 50 {
		body, header := modern(i, "progress", "")
		modern := events(x.do(x.request("POST", "/mcp", body, header...)).Body)
		check("modern", func() string { return next(t, modern) })
		legacy := events(x.do(x.request("POST", "/mcp", call(i, "progress", ""), session...)).Body)
		check("legacy", func() string { return next(t, legacy) })
		lone := events(stateless.do(stateless.request("POST", "/mcp", call(i, "progress", ""))).Body)
		check("stateless", func() string { return next(t, lone) })
		post(call(i, "progress", ""))
		check("SSE", func() string { return next(t, lines) })
	}
}

// session opens a legacy session and gives the header fields that name it.
func (x *fixture) session() []string {
	x.t.Helper()
	status, body, header := x.send(http.MethodPost, "/mcp", initialize)
	if status != http.StatusOK || header.Get("Mcp-Session-Id") == "" {
		x.t.Fatalf("initialize: %d %s", status, body)
	}
	return []string{"Mcp-Session-Id", header.Get("Mcp-Session-Id"), "MCP-Protocol-Version", "2025-11-25"}
}

// What is no message is answered alike on both transports, as on stdio.
func TestWhatIsNoMessageIsRefused(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	session := x.session()
	endpoint := next(t, events(x.do(x.request("GET", "/sse", "")).Body))
	for body, want := range map[string]string{
		"":  `"id":null,"error":{"code":-32700`,
		"{": `"id":null,"error":{"code":-32700`,
		"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}": `"id":null,"error":{"code":-32700`,
		"{}":                            `"id":null,"error":{"code":-32600`,
		"[" + call(1, "echo", "") + "]": `"id":null,"error":{"code":-32600`,
		`{"jsonrpc":"2.0","id":1}`:      `"id":1,"error":{"code":-32600`,
		`{"jsonrpc":"2.0","id":null,"method":"ping"}`: `"id":null,"error":{"code":-32600`,
		`{"jsonrpc":"2.0","id":true,"method":"ping"}`: `"id":null,"error":{"code":-32600`,
		`{"jsonrpc":"2.0","id":{},"method":"ping"}`:   `"id":null,"error":{"code":-32600`,
		`{"jsonrpc":"2.0","id":[1],"method":"ping"}`:  `"id":null,"error":{"code":-32600`,
	} {
		for path, header := range map[string][]string{"/mcp": session, endpoint: nil} {
			status, answer, _ := x.send("POST", path, body, header...)
			if status != http.StatusBadRequest || !strings.Contains(answer, want) {
				t.Errorf("%s, %q: %d %s", path, body, status, answer)
			}
		}
	}
}
