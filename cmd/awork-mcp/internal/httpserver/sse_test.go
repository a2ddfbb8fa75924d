package httpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// A client that prefers 2026-07-28 asks what there is before it falls back.
func TestSSEOffersOnlyTheOlderRevisions(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	lines, post := x.stream()
	post(`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{` + modernMeta + `}}}`)
	var discovered struct {
		Result struct{ SupportedVersions []string }
	}
	if err := json.Unmarshal([]byte(next(t, lines)), &discovered); err != nil {
		t.Fatal(err)
	}
	if got := discovered.Result.SupportedVersions; !slices.Equal(got, mcp.LegacyProtocolVersions()) {
		t.Errorf("server/discover offers %q", got)
	}
	post(initialize)
	if got := next(t, lines); !strings.Contains(got, `"protocolVersion":"2025-11-25"`) {
		t.Errorf("initialize: %s", got)
	}
}

func TestSSEMessages(t *testing.T) {
	t.Parallel()
	x := start(t, Options{PublicURL: "https://mcp.example.com/awork"})
	res := x.do(x.request("GET", "/sse", ""))
	lines := events(res.Body)
	endpoint := next(t, lines)
	path, ok := strings.CutPrefix(endpoint, "/awork") // as the proxy does
	if !ok || !strings.HasPrefix(path, "/message?sessionId=") {
		t.Fatalf("endpoint %s", endpoint)
	}
	for body, want := range map[string]int{
		"nonsense": http.StatusBadRequest,
		"[]":       http.StatusBadRequest,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`: http.StatusAccepted,
		`{"jsonrpc":"2.0","id":5,"result":{}}`:                   http.StatusAccepted,
		`{"jsonrpc":"2.0","id":5,"method":"x","result":{}}`:      http.StatusBadRequest,
		`{}`: http.StatusBadRequest,
	} {
		if status, _, _ := x.send("POST", path, body); status != want {
			t.Errorf("%s: %d", body, status)
		}
	}
	x.send("POST", path, call(1, "nobody", ""))
	if got := next(t, lines); !strings.Contains(got, "-32602") {
		t.Errorf("an unknown tool: %s", got)
	}
}

// Nobody reads the answer any more once the stream is gone.
func TestSSECallEndsWithItsStream(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	res := x.do(x.request("GET", "/sse", "").WithContext(ctx))
	endpoint := next(t, events(res.Body))
	x.send("POST", endpoint, call(1, "wait", ""))
	x.began()
	hangUp()
	if err := receive(t, x.ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// subscriptions/listen is of a revision that has no such transport.
func TestNoListenOverSSE(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	_, post := x.stream()
	if status := post(`{"jsonrpc":"2.0","id":"12","method":"subscriptions/listen","params":{"notifications":{},"_meta":{` + modernMeta + `}}}`); status != 400 {
		t.Errorf("status %d", status)
	}
}

// A request of 2026-07-28 says by itself what its client can show: over this
// transport it must not get past the code that others need.
func TestSSEServesNoModernRequest(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	lines, post := x.stream()
	body, _ := modern(7, "echo", "")
	if status := post(body); status != http.StatusAccepted {
		t.Fatalf("status %d", status)
	}
	got := next(t, lines)
	for _, want := range []string{`"id":7`, `"code":-32022`, `"requested":"2026-07-28"`, `"2025-11-25"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	post(call(8, "echo", ""))
	if got := next(t, lines); !strings.Contains(got, "echoed") {
		t.Errorf("an older request after it: %s", got)
	}
}

// stream opens the legacy transport's stream; post sends a message to it.
func (x *fixture) stream() (lines *bufio.Scanner, post func(string) int) {
	x.t.Helper()
	res := x.do(x.request(http.MethodGet, "/sse", ""))
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		x.t.Fatalf("GET /sse: %d", res.StatusCode)
	}
	lines = events(res.Body)
	endpoint := next(x.t, lines)
	return lines, func(body string) int {
		x.t.Helper()
		status, _, _ := x.send(http.MethodPost, endpoint, body)
		return status
	}
}
