package awork

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestParseToken(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"eyJhbGciOi.J9-_x": "eyJhbGciOi.J9-_x",
		" \ttok\r\n":       "tok",
		"a+b/c==":          "a+b/c==",
		"":                 "",
		" \n":              "",
		"${AWORK_TOKEN}":   "",
		"x${AWORK_TOKEN}y": "",
		"two words":        "",
		"two\nlines":       "",
		"no\u00a0break":    "",
		"zero\u200bwidth":  "",
		"bell\a":           "",
		"größe":            "",
		"ärger":            "",
		"\u200btok":        "",
		"\x00tok":          "",
	} {
		token, err := ParseToken(in)
		if token.reveal() != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", in, token.reveal(), err)
		}
		if trimmed := strings.TrimSpace(in); err != nil && trimmed != "" && strings.Contains(err.Error(), trimmed) {
			t.Errorf("%q: the error quotes it: %v", in, err)
		}
	}
}

// printed is v in every way in which a program might come to print it.
func printed(v any) string {
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	asJSON, _ := json.Marshal(v)
	b.Write(asJSON)
	slog.New(slog.NewTextHandler(&b, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("m", "v", v)
	if err, ok := v.(error); ok {
		b.WriteString(err.Error())
	}
	return b.String()
}

// TestCanary: a token that awork, or something in its place, sends back in every
// place there is comes out of nothing that this package exports.
func TestCanary(t *testing.T) {
	t.Parallel()
	for _, canary := range []string{"canary-7b1f0c93", "canary+/7b1f<&>0c93==", `canary"'\7b1f`} {
		inJSON, _ := json.Marshal(canary)
		escaped := strings.Trim(string(inJSON), `"`)
		asDotNet := strings.NewReplacer("+", `\u002B`, "<", `\u003C`, ">", `\u003E`, "&", `\u0026`, "'", `\u0027`, `\"`, `\u0022`).Replace(
			strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(escaped))
		asPHP := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", "/", `\/`).Replace(escaped)
		for _, spelt := range []string{escaped, asDotNet, asPHP} {
			var echoed map[string]string
			if err := json.Unmarshal([]byte(`{"x":"`+spelt+`"}`), &echoed); err != nil || echoed["x"] != canary {
				t.Fatalf("the test spells it wrong: %s, %v", spelt, err)
			}
			body := fmt.Sprintf(`{"code":"c %[1]s","description":"d %[1]s","details":["%[1]s"],"traceId":"%[1]s","link":"%[1]s",
				"validationErrors":[{"property":"%[1]s","message":"%[1]s"}],
				"id":"%[2]s","name":"n %[1]s","clientId":"%[1]s","createdOn":"%[1]s","firstName":"%[1]s","workspace":{"name":"%[1]s"}}`, spelt, zapierID)
			gateway := fmt.Sprintf(`{"message":{"code":"%[1]s","description":"%[1]s"}}`, spelt)
			for _, answer := range []reply{
				asJSON(200, body), asJSON(400, body), asJSON(401, body), asJSON(401, gateway), asJSON(403, body), asJSON(404, body), asJSON(429, body),
				asJSON(500, body), asJSON(503, body), asHTML(200, body), asJSON(200, body[:200]), {status: 302}, {status: 204},
				{err: errors.New("proxyconnect: refused Authorization: Bearer " + canary)},
			} {
				t.Run(fmt.Sprint(spelt, answer.status), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						for _, name := range []string{"Trace-Id", "X-Edge-Ref", "Location", "Retry-After", "Www-Authenticate"} {
							answer = with(answer, name, canary)
						}
						checkNoCanary(t, answer, canary)
					})
				})
			}
		}
	}
}

func checkNoCanary(t *testing.T, answer reply, canary string) {
	t.Helper()
	path := apiUserPath(zapierID)
	s := &script{replies: map[string][]reply{"GET " + path: {answer}, "DELETE " + path: {answer}, "GET /me": {answer, asJSON(200, goodMe)}}}
	token := mustToken(t, canary)
	config := Config{BaseURL: testBaseURL, Tokens: StaticToken(token), Transport: s}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	u, getErr := c.GetAPIUser(t.Context(), zapierID)
	deleteErr := errOf(c.DeleteAPIUser(t.Context(), zapierID))
	me, meErr := c.Me(t.Context())
	var e *Error
	if !errors.As(getErr, &e) {
		e = &Error{}
	}
	config.Transport, c.transport, c.fresh = nil, nil, nil // the script remembers what it was sent
	for name, v := range map[string]any{
		"record": u, "error of get": getErr, "its value": *e, "error of delete": deleteErr, "identity": me, "error of me": meErr,
		"token": token, "pointer to token": &token, "config": config, "pointer to config": &config, "client": c,
		"source": config.Tokens, "map": map[string]any{"t": token}, "list": []Token{token},
	} {
		if text := printed(v); strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) {
			t.Errorf("%s tells the token: %s", name, text)
		}
	}
	if got := s.tokens[0]; got != "Bearer "+canary {
		t.Errorf("sent as %q", got)
	}
}

// TestCanaryInTheWorkspace: the token is sent in its header and nowhere else.
func TestCanaryInTheWorkspace(t *testing.T) {
	t.Parallel()
	const canary = "canary-7b1f0c93"
	backend := sandbox.New(sandbox.Options{})
	backend.AddToken(canary, sandbox.AdminUserID)
	c := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		rest := req.Clone(req.Context())
		rest.Header.Del("Authorization")
		var wire bytes.Buffer
		if err := rest.Write(&wire); err != nil || strings.Contains(wire.String(), canary) {
			t.Errorf("sent: %s, %v", wire.String(), err)
		}
		return backend.RoundTripper().RoundTrip(req)
	}), canary)
	if err := errOf(c.DeleteAPIUser(t.Context(), zapierID)); err != nil {
		t.Fatal(err)
	}
	if log := fmt.Sprintf("%+v", backend.Requests()); strings.Contains(log, canary) {
		t.Error(log)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	a, b := mustToken(t, "canary-7b1f0c93"), mustToken(t, "canary-7b1f0c93")
	if !a.Equal(b) || a.Equal(Token{}) || !(Token{}).Equal(Token{}) || a.IsZero() || !(Token{}).IsZero() {
		t.Error("equality")
	}
	asJSON, _ := json.Marshal(map[string]Token{"t": a})
	for _, text := range []string{
		fmt.Sprint(a), fmt.Sprintf("%+v", &a), fmt.Sprintf("%#v", a), a.LogValue().String(), strings.Trim(string(asJSON), `{"t:}`),
		fmt.Sprintf("%s", map[string]any{"t": a}["t"]),
	} {
		if text != redacted {
			t.Errorf("prints as %s", text)
		}
	}
	if a.Fingerprint() != b.Fingerprint() || len(a.Fingerprint()) != 12 || a.Fingerprint() == mustToken(t, "canary-7b1f0c94").Fingerprint() {
		t.Error("fingerprint")
	}
	if got := a.Redact("x canary-7b1f0c93, canary-7b1f0c93!"); got != "x [redacted], [redacted]!" {
		t.Error(got)
	}
	if got := mustToken(t, "short").Redact("a short word"); got != "a short word" {
		t.Error(got)
	}
	if got := (Token{}).Redact("text"); got != "text" {
		t.Error(got)
	}
}

// TestRenewedToken: a read whose token is refused is tried again with a newer one;
// without a token nothing is sent.
func TestRenewedToken(t *testing.T) {
	t.Parallel()
	backend := sandbox.New(sandbox.Options{})
	source := &renewing{token: mustToken(t, "expired-token"), next: mustToken(t, sandbox.AdminToken)}
	c, err := New(Config{BaseURL: testBaseURL, Tokens: source, Transport: backend.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetAPIUser(t.Context(), zapierID); err != nil || source.renewals != 1 {
		t.Errorf("got %v after %d renewals", err, source.renewals)
	}
	// The newer one is refused too, and is whose owner is asked for.
	s := &script{replies: map[string][]reply{"GET /roles": {asJSON(401, deniedBody)}, "GET /me": {asJSON(401, gatewayBad)}}}
	c.transport, source.token, source.next = s, mustToken(t, "expired-token"), mustToken(t, "worse-token")
	if _, err := c.ListRoles(t.Context()); !Is(err, KindUnauthenticated) ||
		!slices.Equal(s.tokens, []string{"Bearer expired-token", "Bearer worse-token", "Bearer worse-token"}) {
		t.Errorf("a newer token that is refused too: %v, sent %q", err, s.tokens)
	}
	c.transport, source.token, source.next = backend.RoundTripper(), mustToken(t, "expired-token"), Token{}
	if _, err := c.Me(t.Context()); !Is(err, KindUnauthenticated) {
		t.Errorf("got %v", err)
	}
	backend.ResetRequests()
	if _, err := c.Me(t.Context()); !Is(err, KindUnauthenticated) || len(backend.Requests()) != 0 {
		t.Errorf("without a token: got %v and %v", err, backend.Requests())
	}
}
