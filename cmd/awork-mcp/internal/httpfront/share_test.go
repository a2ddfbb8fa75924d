package httpfront

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// byKey binds what a request opens to its X-Awork-Token, whatever that is.
func byKey(ctx context.Context, r *http.Request) (context.Context, error) {
	return BindTo(ctx, r.Header.Get("X-Awork-Token")), nil
}

func key(i int) []string { return []string{"X-Awork-Token", fmt.Sprint(i)} }

// A caller has one share of everything, however many keys it makes up.
func TestKeysMakeNobodyManyCallers(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}, Prepare: byKey}, func(f *Front) {
		f.sessions.max = 4
		f.open = newQuota(4, 2)
		f.calls = newGate(4, 2, 0, patience)
	})
	bobs := with(bearer("bob"), x.sessionAs("bob"))
	for i := range 10 {
		x.sessionAs("ann", key(i)...)
	}
	if status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), bobs...); status != 200 {
		t.Errorf("bob's session: %d", status)
	}
	body, header := modern(1, "wait", "")
	var answers []func() string
	for i, want := range []int{200, 200, 429} {
		if res := x.do(x.request("GET", "/sse", "", with(bearer("ann"), key(i))...)); res.StatusCode != want {
			t.Errorf("stream %d: %d", i, res.StatusCode)
		}
		if want == 200 {
			answers = append(answers, x.later(body, with(header, bearer("ann"), key(i))...))
			x.began()
		} else if status, answer, _ := x.send("POST", "/mcp", body, with(header, bearer("ann"), key(i))...); status != want {
			t.Errorf("call %d: %d %s", i, status, answer)
		}
	}
	if res := x.do(x.request("GET", "/sse", "", bearer("bob")...)); res.StatusCode != 200 {
		t.Errorf("bob's stream: %d", res.StatusCode)
	}
	if status, answer, _ := x.send("POST", "/mcp", call(2, "echo", ""), bobs...); status != 200 {
		t.Errorf("bob's call: %d %s", status, answer)
	}
	close(x.release)
	for _, answer := range answers {
		if got := answer(); !strings.Contains(got, "waited") {
			t.Error(got)
		}
	}
}

// Where callers have no names, what they share is bounded for all of them alone.
func TestTheNamelessShareTheRoom(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Prepare: byKey}, func(f *Front) {
		f.sessions.max = 4
		f.open = newQuota(3, 1)
	})
	for i := range 3 {
		if res := x.do(x.request("GET", "/sse", "", key(i%2)...)); res.StatusCode != 200 {
			t.Errorf("stream %d: %d", i, res.StatusCode)
		}
	}
	if res := x.do(x.request("GET", "/sse", "", key(9)...)); res.StatusCode != 429 {
		t.Errorf("one stream too many: %d", res.StatusCode)
	}
	status, _, header := x.send("POST", "/mcp", initialize, key(1)...)
	session := []string{"Mcp-Session-Id", header.Get("Mcp-Session-Id")}
	if status != 200 {
		t.Fatalf("initialize: %d", status)
	}
	for i, want := range []int{404, 200} {
		if status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), with(session, key(i))...); status != want {
			t.Errorf("the session of key 1 with key %d: %d", i, status)
		}
	}
}
