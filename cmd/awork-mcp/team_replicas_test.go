package main_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// yes poses a question to a client of the modern era, and gives the call that
// answers it with yes.
func (x *web) yes(t *testing.T, tool string, arguments map[string]any) map[string]any {
	t.Helper()
	params := mcptest.ToolCall(tool, arguments)
	params["_meta"] = map[string]any{"io.modelcontextprotocol/clientCapabilities": mcptest.Forms()}
	r := ask(t, x.streamable(modern), "tools/call", params)
	result, err := r.ToolResult()
	if err != nil || len(result.InputRequests) != 1 || result.RequestState == "" {
		t.Fatalf("%s: not asked: %+v %s", tool, r.Error, r.Result)
	}
	responses := map[string]any{}
	for key := range result.InputRequests {
		responses[key] = mcptest.Accept(map[string]any{"confirm": true})
	}
	params["requestState"], params["inputResponses"] = result.RequestState, responses
	return params
}

// answer sends it.
func (x *web) answer(t *testing.T, params map[string]any) answer {
	t.Helper()
	return answered(t, ask(t, x.streamable(modern), "tools/call", maps.Clone(params)))
}

// code asks for the code of a delete, where the server wants one.
func (x *web) code(t *testing.T, id string) map[string]any {
	t.Helper()
	a := call(t, x.streamable(modern), "delete_api_user", map[string]any{"apiUserId": id})
	var asked struct{ ConfirmationCode string }
	if err := json.Unmarshal([]byte(a.text), &asked); err != nil || a.Outcome != "confirmation_required" || asked.ConfirmationCode == "" {
		t.Fatalf("no code: %s", a.text)
	}
	return map[string]any{"apiUserId": id, "confirmationCode": asked.ConfirmationCode}
}

// refusesConfirmation: a yes that is not this caller's, or not this server's,
// sends nothing.
func refusesConfirmation(t *testing.T, w *workspace, who string, a answer, says string) {
	t.Helper()
	if a.Outcome != "confirmation_required" || !strings.Contains(a.Message, says) {
		t.Errorf("%s: %s", who, a.text)
	}
	if sent := w.writes(); len(sent) > 0 {
		t.Fatalf("%s: sent %v", who, sent)
	}
}

func TestConfirmationOfAnotherCaller(t *testing.T) {
	t.Parallel()
	zapier := map[string]any{"apiUserId": sandbox.ZapierSyncID}
	t.Run("bearer", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		callers := s.team()
		x := s.web(callers.flags("--confirm=human"), w.env(s, w.admin))
		params := x.with(callers.alice).yes(t, "delete_api_user", zapier)
		refusesConfirmation(t, w, "warden", x.with(callers.warden).answer(t, params), "another caller")
		refusesConfirmation(t, w, "robot", x.with(callers.robot).answer(t, params), "another caller")
		if r := ask(t, x.with(callers.bob).streamable(modern), "tools/call", params); r.Error == nil || r.Error.Code != -32602 || len(w.writes()) > 0 {
			t.Errorf("bob: %+v %s", r.Error, r.Result)
		}
		if a := x.with(callers.alice).answer(t, params); a.Outcome != "deleted" {
			t.Errorf("alice: %s", a.text)
		}
	})
	t.Run("bearer, code", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		callers := s.team()
		x := s.web(callers.flags("--confirm=strict"), w.env(s, w.admin))
		arguments := x.with(callers.alice).code(t, sandbox.ZapierSyncID)
		for _, c := range connections() {
			refusesConfirmation(t, w, c.name, call(t, c.open(x.with(callers.warden)), "delete_api_user", arguments), "another caller")
		}
		if a := call(t, x.with(callers.alice).streamable(legacy), "delete_api_user", arguments); a.Outcome != "deleted" {
			t.Errorf("alice: %s", a.text)
		}
	})
	t.Run("oidc", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		i := s.issuer()
		x := s.web(i.flags(), w.env(s, w.admin))
		params := x.with(i.token(nil)).yes(t, "delete_api_user", zapier)
		refusesConfirmation(t, w, "ben", x.with(i.token(map[string]any{"sub": "ben"})).answer(t, params), "another caller")
		// A new token of the same caller is as good.
		if a := x.with(i.token(nil)).answer(t, params); a.Outcome != "deleted" {
			t.Errorf("ann: %s", a.text)
		}
	})
	t.Run("awork token", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		second := s.canary()
		w.AddToken(second, w.AddAPIUser(sandbox.APIUser{Name: "Second Admin", RoleID: sandbox.AdminRoleID}).ID)
		x := s.web([]string{"--credentials=caller"}, []string{"AWORK_BASE_URL=" + w.url})
		params := x.as("X-Awork-Token", w.admin).yes(t, "delete_api_user", zapier)
		refusesConfirmation(t, w, "the second admin", x.as("X-Awork-Token", second).answer(t, params), "can't be used")
		if a := x.answer(t, params); a.Outcome != "unauthenticated" || len(w.writes()) > 0 {
			t.Errorf("without a token: %s", a.text)
		}
		if a := x.as("X-Awork-Token", w.admin).answer(t, params); a.Outcome != "deleted" {
			t.Errorf("the admin: %s", a.text)
		}
	})
}

// Replicas that share a key finish each other's confirmations, and others don't.
func TestReplicasFinishEachOthersConfirmations(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	callers := s.team()
	base := w.env(s, w.admin)
	replica := func(b byte, mode string) *web {
		env := slices.Clone(base)
		if b > 0 {
			key := base64.StdEncoding.EncodeToString(slices.Repeat([]byte{b}, 32))
			s.secret(key)
			env = append(env, "AWORK_MCP_STATE_KEY="+key)
		}
		return s.web(callers.flags("--stateless", "--confirm", mode), env)
	}
	one, two, other, alone := replica(1, "human"), replica(1, "human"), replica(2, "human"), replica(0, "human")
	zapier := map[string]any{"apiUserId": sandbox.ZapierSyncID}
	params := one.with(callers.alice).yes(t, "delete_api_user", zapier)
	refusesConfirmation(t, w, "another key", other.with(callers.alice).answer(t, params), "can't be used")
	refusesConfirmation(t, w, "no key", alone.with(callers.alice).answer(t, params), "can't be used")
	refusesConfirmation(t, w, "another caller", two.with(callers.warden).answer(t, params), "can't be used")
	elsewhere := maps.Clone(params)
	elsewhere["arguments"] = map[string]any{"apiUserId": sandbox.HubSpotBridgeID}
	refusesConfirmation(t, w, "another API user", two.with(callers.alice).answer(t, elsewhere), "can't be used")
	if a := two.with(callers.alice).answer(t, params); a.Outcome != "deleted" || w.has(sandbox.ZapierSyncID) {
		t.Errorf("the other replica: %s", a.text)
	}
	// And back.
	params = two.with(callers.alice).yes(t, "delete_api_user", map[string]any{"apiUserId": sandbox.HubSpotBridgeID})
	if a := one.with(callers.alice).answer(t, params); a.Outcome != "deleted" || w.has(sandbox.HubSpotBridgeID) {
		t.Errorf("the first replica: %s", a.text)
	}

	// A client of an older revision can't be asked without a session.
	legacyCall := func(x *web, arguments map[string]any) answer {
		t.Helper()
		status, text, _ := x.with(callers.alice).get(t, "POST", "/mcp", mcptest.Message(legacy, 1, "tools/call", mcptest.ToolCall("delete_api_user", arguments)), "MCP-Protocol-Version", string(legacy))
		r, err := mcptest.ParseReply([]byte(text))
		if err != nil || status != http.StatusOK {
			t.Fatalf("%d %v %s", status, err, text)
		}
		return answered(t, r)
	}
	datev := map[string]any{"apiUserId": sandbox.DatevExportID}
	if a := legacyCall(one, datev); a.Outcome != "blocked" || !w.has(sandbox.DatevExportID) {
		t.Errorf("an older client: %s", a.text)
	}

	// Codes do without forms.
	strictOne, strictTwo, strictOther := replica(1, "strict"), replica(1, "strict"), replica(2, "strict")
	w.ResetRequests()
	arguments := strictOne.with(callers.alice).code(t, sandbox.DatevExportID)
	refusesConfirmation(t, w, "another key", legacyCall(strictOther, arguments), "can't be used")
	if a := legacyCall(strictTwo, arguments); a.Outcome != "deleted" || w.has(sandbox.DatevExportID) {
		t.Errorf("a code at the other replica: %s", a.text)
	}
}

func TestReadyzFollowsAwork(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults []sandbox.Fault
		token  func(s *fixture, w *workspace) string
		status int
	}{
		"well":        {nil, func(_ *fixture, w *workspace) string { return w.admin }, 200},
		"a reader":    {nil, func(_ *fixture, w *workspace) string { return w.reader }, 200},
		"503":         {[]sandbox.Fault{{Kind: sandbox.FaultStatus, Status: 503}}, func(_ *fixture, w *workspace) string { return w.admin }, 503},
		"wrong host":  {[]sandbox.Fault{{Kind: sandbox.FaultHTML}}, func(_ *fixture, w *workspace) string { return w.admin }, 503},
		"a bad token": {nil, func(s *fixture, _ *workspace) string { return s.canary() }, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{Faults: c.faults})
			x := s.web(s.team().flags(), w.env(s, c.token(s, w)))
			for range 5 {
				if status, text, _ := x.get(t, "GET", "/readyz", nil); status != c.status || strings.Contains(text, "canary") {
					t.Errorf("/readyz: %d %s", status, text)
				}
			}
			if n := len(w.Requests()); n == 0 || n > 6 {
				t.Errorf("five probes cost awork %d requests", n)
			}
			if status, text, _ := x.get(t, "GET", "/healthz", nil); status != http.StatusOK {
				t.Errorf("/healthz: %d %s", status, text)
			}
			if c.status == 503 {
				x.p.stderr.find(t, "why it is not ready, in the log", func(line string) (string, bool) {
					return line, strings.Contains(line, "ready") && (strings.Contains(line, `"WARN"`) || strings.Contains(line, `"ERROR"`))
				})
			}
		})
	}
}

var seriesLine = regexp.MustCompile(`(?m)^(awork_mcp_\w+(?:\{.*\})?) \S+$`)

// series are the names of what is counted here, with their labels.
func series(text string) []string {
	var all []string
	for _, m := range seriesLine.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestMetricsOfATeam(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags  func(callers *team) []string
		awork  func(w *workspace, s *fixture) []string
		header func(callers *team, w *workspace) []string
		own    bool // metrics have an address of their own
	}{
		"bearer": {
			flags:  func(callers *team) []string { return callers.flags() },
			awork:  func(w *workspace, s *fixture) []string { return w.env(s, w.admin) },
			header: func(callers *team, _ *workspace) []string { return bearer(callers.alice) },
		},
		"callers' tokens, metrics elsewhere": {
			flags: func(callers *team) []string {
				return callers.flags("--credentials=caller", "--metrics-listen=127.0.0.1:0")
			},
			awork: func(w *workspace, _ *fixture) []string { return []string{"AWORK_BASE_URL=" + w.url} },
			header: func(callers *team, w *workspace) []string {
				return append(bearer(callers.alice), "X-Awork-Token", w.admin)
			},
			own: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
			callers := s.team()
			x := s.web(c.flags(callers), c.awork(w, s))
			alice := x.as(c.header(callers, w)...)
			metrics := func() string {
				t.Helper()
				y := alice
				if c.own {
					y = &web{s: s, p: x.p, client: x.client, addr: x.p.stderr.find(t, "the address of the metrics", func(line string) (string, bool) {
						var fields struct{ Msg, Address string }
						ok := json.Unmarshal([]byte(line), &fields) == nil && fields.Msg == "serving metrics"
						return strings.TrimSuffix(strings.TrimPrefix(fields.Address, "http://"), "/metrics"), ok
					})}
					if status, text, _ := y.get(t, "POST", "/mcp", []byte("{}")); status != http.StatusNotFound {
						t.Errorf("/mcp beside the metrics: %d %s", status, text)
					}
					if status, text, _ := alice.get(t, "GET", "/metrics", nil); status != http.StatusNotFound {
						t.Errorf("/metrics beside the rest: %d %s", status, text)
					}
				}
				status, text, _ := y.get(t, "GET", "/metrics", nil)
				if status != http.StatusOK {
					t.Fatalf("/metrics: %d %s", status, text)
				}
				return text
			}
			h := alice.streamable(modern)
			odd := func(n int) {
				t.Helper()
				marks := []string{"odd" + strings.Repeat("x", n), callers.warden[:7+n]}
				for _, mark := range marks {
					if r := ask(t, h, "tools/call", mcptest.ToolCall("erase_"+mark, nil)); r.Error == nil {
						t.Errorf("an unknown tool: %s", r.Result)
					}
					if r := ask(t, h, "odd/"+mark, nil); r.Error == nil {
						t.Errorf("an unknown method: %s", r.Result)
					}
					_, _, _ = alice.get(t, "GET", "/"+mark, nil)
					_, _, _ = alice.get(t, "BREW"+strings.ToUpper(strings.ReplaceAll(mark, "-", "")), "/mcp", nil)
				}
				if a := call(t, h, "get_api_user", map[string]any{"apiUserId": marks[0]}); a.Outcome != "invalid_input" {
					t.Errorf("no id: %s", a.text)
				}
			}
			if a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "deleted" {
				t.Errorf("delete: %s", a.text)
			}
			if a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "not_found" {
				t.Errorf("delete again: %s", a.text)
			}
			odd(1)
			text := metrics()
			for _, want := range []string{
				`awork_mcp_tool_calls_total{tool="delete_api_user",outcome="deleted"} 1`,
				`awork_mcp_tool_calls_total{tool="delete_api_user",outcome="not_found"} 1`,
				`awork_mcp_tool_calls_total{tool="get_api_user",outcome="invalid_input"} 1`,
				`awork_mcp_upstream_requests_total{status="200"} `,
				`awork_mcp_upstream_requests_total{status="404"} `,
				`awork_mcp_calls_in_flight 0`,
			} {
				if !strings.Contains(text, "\n"+want) && !strings.HasPrefix(text, want) {
					t.Errorf("%s is not in the metrics:\n%s", want, text)
				}
			}
			// What callers make up makes no new series.
			before := series(metrics())
			for n := 2; n < 12; n++ {
				odd(n)
			}
			if after := series(metrics()); !slices.Equal(before, after) || len(before) < 10 {
				t.Errorf("the series were %v and are %v", before, after)
			}
			if c.own {
				return
			}
			for name, y := range map[string]*web{"nobody": x, "a stranger": x.with(s.canary())} {
				if status, text, header := y.get(t, "GET", "/metrics", nil); status != http.StatusUnauthorized || header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s reads the metrics: %d %s", name, status, text)
				}
			}
		})
	}
}

// A taken address ends the program before it serves anything.
func TestMetricsOnATakenAddress(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	x := s.web([]string{"--sandbox"}, nil)
	_, stderr, status := s.run([]string{"http", "--sandbox", "--listen=127.0.0.1:0", "--metrics-listen", x.addr}, nil)
	if status != 1 || !strings.Contains(stderr, "--metrics-listen") || strings.Contains(stderr, "serving") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// A trace goes on to awork, and into the line of the log.
func TestTraceGoesOn(t *testing.T) {
	t.Parallel()
	for _, c := range connections() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			callers := s.team()
			x := s.web(callers.flags("--confirm=never"), w.env(s, w.admin))
			// traced makes a call and tells with what it came to awork and into the log.
			calls := 0
			traced := func(h host, meta any) {
				t.Helper()
				w.ResetRequests()
				params := mcptest.ToolCall("get_api_user", map[string]any{"apiUserId": sandbox.DatevExportID})
				if meta != nil {
					params["_meta"] = map[string]any{"traceparent": meta}
				}
				if a := answered(t, ask(t, h, "tools/call", params)); a.Outcome != "found" {
					t.Errorf("got %s", a.text)
				}
				calls++
			}
			came := func(want string) {
				t.Helper()
				requests := w.Requests()
				for _, r := range requests {
					if r.Traceparent != want {
						t.Errorf("%s %s came with %q and not %q", r.Method, r.Path, r.Traceparent, want)
					}
				}
				if len(requests) == 0 {
					t.Error("nothing came")
				}
				var line map[string]any
				x.p.stderr.await(t, "the log of the call", func(log string) bool {
					var lines []map[string]any
					for text := range strings.Lines(log) {
						var fields map[string]any
						if strings.HasSuffix(text, "\n") && json.Unmarshal([]byte(text), &fields) == nil && fields["msg"] == "tool call" {
							lines = append(lines, fields)
						}
					}
					if len(lines) < calls {
						return false
					}
					line = lines[calls-1]
					return true
				})
				if got, _ := line["traceparent"].(string); got != want {
					t.Errorf("logged is %q and not %q: %v", got, want, line)
				}
			}
			inHeader, inMeta := anyTraceparent(), anyTraceparent()
			plain := c.open(x.with(callers.alice))
			traced(plain, nil)
			came("")
			traced(plain, inMeta)
			came(inMeta)
			traced(plain, "00-canary-of-none-01")
			came("")
			proxied := c.open(x.as(append(bearer(callers.alice), "Traceparent", inHeader)...))
			traced(proxied, nil)
			came(inHeader)
			traced(proxied, inMeta)
			came(inMeta)
		})
	}
}
