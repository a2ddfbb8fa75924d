package httpserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
)

// book is an Authenticator with tokens of its own.
type book struct{ issuer string }

func (b book) Issuer() string { return b.issuer }

func (book) Authenticate(_ context.Context, token string) (callerauth.Caller, error) {
	switch token {
	case "token-of-ann":
		return callerauth.Caller{Name: "ann", Read: true, Write: true}, nil
	case "token-of-bob":
		return callerauth.Caller{Name: "bob", Read: true}, nil
	case "token-of-nobody":
		return callerauth.Caller{Name: "nobody"}, nil
	case "token-of-later":
		return callerauth.Caller{}, fmt.Errorf("the issuer: %w", callerauth.ErrUnavailable)
	}
	return callerauth.Caller{}, callerauth.ErrInvalid
}

func bearer(name string) []string { return []string{"Authorization", "Bearer token-of-" + name} }

func with(header ...[]string) []string {
	var all []string
	for _, h := range header {
		all = append(all, h...)
	}
	return all
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}, AllowedOrigins: []string{"https://app.example.com"}})
	routes := []string{"POST /mcp", "GET /mcp", "DELETE /mcp", "PUT /mcp", "GET /sse", "POST /message"}
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		for name, test := range map[string]struct {
			header []string
			want   int
			says   string
		}{
			"nothing":     {nil, 401, `Bearer realm="awork-mcp"`},
			"basic":       {[]string{"Authorization", "Basic dG9rZW4="}, 401, `Bearer realm="awork-mcp"`},
			"empty":       {[]string{"Authorization", "Bearer "}, 401, `Bearer realm="awork-mcp"`},
			"two":         {with(bearer("ann"), bearer("ann")), 401, `Bearer realm="awork-mcp"`},
			"wrong":       {bearer("eve"), 401, `error="invalid_token"`},
			"no scope":    {bearer("nobody"), 403, `error="insufficient_scope", scope="apiusers:read apiusers:write"`},
			"unavailable": {bearer("later"), 503, ""},
			"evil Host":   {with(bearer("eve"), []string{"Host", "evil.example"}), 403, ""},
			"evil Origin": {with(bearer("eve"), []string{"Origin", "https://evil.example"}), 403, ""},
		} {
			status, body, header := x.send(method, path, "", test.header...)
			got := header.Get("WWW-Authenticate")
			if status != test.want || !strings.Contains(got, test.says) || (test.says == "") != (got == "") ||
				strings.Contains(body+got, "token-of") {
				t.Errorf("%s, %s: %d %s, WWW-Authenticate: %s", route, name, status, body, got)
			}
			if test.want == 503 && header.Get("Retry-After") == "" {
				t.Errorf("%s, %s: no Retry-After", route, name)
			}
		}
		status, _, header := x.send("OPTIONS", path, "", "Origin", "https://app.example.com",
			"Access-Control-Request-Method", "POST")
		if status != http.StatusNoContent || header.Get("Access-Control-Allow-Origin") == "" {
			t.Errorf("preflight of %s: %d", path, status)
		}
	}
	if status, _, _ := x.send("GET", "/mcp?access_token=token-of-ann", ""); status != http.StatusUnauthorized {
		t.Errorf("a token in the query: %d", status)
	}
	body, header := modern(1, "echo", "")
	if status, answer, _ := x.send("POST", "/mcp", body, with(header, []string{"Authorization", "bearer  token-of-ann"})...); status != 200 {
		t.Errorf("a good token: %d %s", status, answer)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, _, _ := x.send("GET", path, "", "Host", "evil.example"); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// A body of a stranger is not waited for: the answer comes at once, and the
// connection is closed.
func TestStrangersBodyIsNotRead(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}}, func(b *bounds) { b.bodyTimeout = time.Hour })
	for route, want := range map[string]int{"POST /mcp": 401, "POST /message": 401, "GET /mcp": 401, "POST /healthz": 405, "POST /": 404} {
		for _, length := range []string{"Content-Length: 67108864", "Content-Length: 100", "Transfer-Encoding: chunked"} {
			conn, err := net.Dial("tcp", x.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(soon))
			_, err = fmt.Fprintf(conn,
				"%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s\r\n\r\n", route, x.addr,
				length)
			if err != nil {
				t.Fatal(err)
			}
			answer := bufio.NewReader(conn)
			res, err := http.ReadResponse(answer, nil)
			if err != nil || res.StatusCode != want {
				t.Errorf("%s, %s: %+v, %v", route, length, res, err)
				continue
			}
			if _, err := io.Copy(io.Discard, answer); err != nil {
				t.Errorf("%s, %s: the connection stays open: %v", route, length, err)
			}
		}
	}
}

// A client of a small body sees why it was refused, though its body comes late.
func TestRefusedClientSeesTheAnswer(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}})
	for range 50 {
		status, _, _ := x.send("POST", "/mcp", call(1, "echo", strings.Repeat("x", smallBody)), bearer("eve")...)
		if status != http.StatusUnauthorized {
			t.Errorf("status %d", status)
		}
	}
}

// What a header may hold is bounded.
func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	for size, want := range map[int]int{maxHeader - 1<<10: 200, maxHeader + 1<<10: 431, 62 << 10: 431} {
		lines := strings.Repeat("A1:b\r\n", size/6)
		if res := x.raw(fmt.Sprintf("GET /healthz HTTP/1.1\r\nHost: %s\r\n%s\r\n", x.addr, lines)); res.StatusCode != want {
			t.Errorf("%d bytes: %d", size, res.StatusCode)
		}
	}
}

func TestSessionsAreTheirCallersOwn(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}})
	ann := with(bearer("ann"), x.sessionAs("ann"))
	asBob := with(bearer("bob"), ann[2:])
	answerless := `{"jsonrpc":"2.0","id":9,"result":{}}`
	for _, body := range []string{call(1, "echo", ""), cancelled(1), answerless, `{"jsonrpc":"2.0","id":9,"error":{"code":1,"message":"x"}}`} {
		if status, answer, _ := x.send("POST", "/mcp", body, asBob...); status != http.StatusNotFound {
			t.Errorf("POST of %s in another's session: %d %s", body, status, answer)
		}
	}
	for _, method := range []string{"GET", "DELETE"} {
		if status, _, _ := x.send(method, "/mcp", "", asBob...); status != http.StatusNotFound {
			t.Errorf("%s in another's session: %d", method, status)
		}
	}
	if status, answer, _ := x.send("POST", "/mcp", call(1, "echo", ""), ann...); status != 200 {
		t.Errorf("the session after that: %d %s", status, answer)
	}

	res := x.do(x.request("GET", "/sse", "", bearer("ann")...))
	lines := events(res.Body)
	endpoint := next(t, lines)
	if status, _, _ := x.send("POST", endpoint, call(1, "wait", ""), bearer("bob")...); status != http.StatusNotFound {
		t.Errorf("another's stream: %d", status)
	}
	x.send("POST", endpoint, call(1, "wait", "hers"), bearer("ann")...)
	x.began()
	x.send("POST", endpoint, cancelled(1), bearer("bob")...)
	close(x.release)
	if got := next(t, lines); !strings.Contains(got, "waited") {
		t.Errorf("her call: %s", got)
	}
}

// sessionAs opens a session for a caller.
func (x *fixture) sessionAs(name string, header ...string) []string {
	x.t.Helper()
	status, body, got := x.send("POST", "/mcp", initialize, with(bearer(name), header)...)
	if status != http.StatusOK {
		x.t.Fatalf("initialize: %d %s", status, body)
	}
	return []string{"Mcp-Session-Id", got.Get("Mcp-Session-Id"), "MCP-Protocol-Version", "2025-11-25"}
}
