package main_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// formHost is a host that can show forms.
type formHost struct {
	host
	era mcptest.Era
}

// formTransports are those on which a human can be asked.
func formTransports() map[string]func(s *fixture, args, env []string) *formHost {
	all := map[string]func(s *fixture, args, env []string) *formHost{}
	for name, era := range map[string]mcptest.Era{"2026": modern, "2025": legacy} {
		o := mcptest.Options{Era: era, Forms: true}
		all["stdio "+name] = func(s *fixture, args, env []string) *formHost {
			return &formHost{s.launch(o, args, env), era}
		}
		all["mcp "+name] = func(s *fixture, args, env []string) *formHost {
			return &formHost{s.web(args, env).open(o), era}
		}
	}
	return all
}

func overForms(t *testing.T, test func(t *testing.T, open func(s *fixture, args, env []string) *formHost)) {
	for name, open := range formTransports() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

// pose calls a tool up to the question.
func (h *formHost) pose(
	t *testing.T, tool string, arguments map[string]any,
) (mcptest.Question, func(response any) answer) {
	t.Helper()
	params := mcptest.ToolCall(tool, arguments)
	if h.era == modern {
		r := ask(t, h, "tools/call", params)
		result, err := r.ToolResult()
		if err != nil || len(result.InputRequests) != 1 {
			t.Fatalf("%s: not asked: %+v %s", tool, r.Error, r.Result)
		}
		for key, q := range result.InputRequests {
			return q.Params, func(response any) answer {
				params["requestState"], params["inputResponses"] = result.RequestState, map[string]any{key: response}
				return answered(t, ask(t, h, "tools/call", params))
			}
		}
	}
	c := begin(h, "tools/call", params)
	q := h.question(t)
	var shown mcptest.Question
	if err := json.Unmarshal(q.Params, &shown); err != nil {
		t.Fatal(err)
	}
	return shown, func(response any) answer {
		h.Send(mcptest.Response(q.ID, response))
		return answered(t, receive(t, c, "the answer to "+tool))
	}
}

// question waits for the server's next.
func (h *formHost) question(t *testing.T) mcptest.Reply {
	t.Helper()
	for {
		if r := receive(t, h.Notes(), "a question"); r.Method == "elicitation/create" {
			return r
		}
	}
}

// writes are the requests that changed something, or tried to.
func (w *workspace) writes() (all []string) {
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet {
			all = append(all, r.Method+" "+r.Path)
		}
	}
	return all
}

// Nothing reaches awork before a human answered yes, on any transport.
func TestAHumanDecides(t *testing.T) {
	t.Parallel()
	overForms(t, func(t *testing.T, open func(s *fixture, args, env []string) *formHost) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		h := open(s, []string{"--confirm=human"}, w.env(s, w.admin))
		zapier := map[string]any{"apiUserId": sandbox.ZapierSyncID}
		three := map[string]any{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.DatevExportID, sandbox.TimeDashboardID}}
		for name, content := range map[string]any{
			"decline": map[string]any{"action": "decline"}, "cancel": map[string]any{"action": "cancel"}, "no tick": mcptest.Accept(map[string]any{"confirm": false}),
			"no content": map[string]any{"action": "accept"}, "text": mcptest.Accept(map[string]any{"confirm": "yes"}), "no action": map[string]any{"content": map[string]any{"confirm": true}},
		} {
			q, respond := h.pose(t, "delete_api_user", zapier)
			if q.Mode != "form" || !strings.Contains(q.Message, `"Zapier Sync"`) || !strings.Contains(q.Message, `"Studio Nordlicht"`) {
				t.Errorf("asked %+v", q)
			}
			if a := respond(content); a.Outcome != "declined" || !strings.HasSuffix(a.Message, `API user "Zapier Sync" was not deleted.`) {
				t.Errorf("%s: %s", name, a.text)
			}
		}
		for _, count := range []any{2, "two", nil} {
			q, respond := h.pose(t, "delete_api_users", three)
			if !strings.Contains(q.Message, "these 3 API users") {
				t.Errorf("asked %+v", q)
			}
			if a := respond(mcptest.Accept(map[string]any{"confirm": true, "count": count})); a.Outcome != "declined" {
				t.Errorf("count %v: %s", count, a.text)
			}
		}
		// What was shown is no longer so.
		_, respond := h.pose(t, "delete_api_user", zapier)
		u, _ := w.APIUser(sandbox.ZapierSyncID)
		u.Name = "Payroll"
		w.AddAPIUser(u)
		if a := respond(mcptest.Accept(map[string]any{"confirm": true})); a.Outcome != "confirmation_required" || !strings.Contains(a.Message, "has changed since") {
			t.Errorf("renamed meanwhile: %s", a.text)
		}
		_, respond = h.pose(t, "delete_api_user", map[string]any{"apiUserId": sandbox.HubSpotBridgeID})
		w.RemoveAPIUser(sandbox.HubSpotBridgeID)
		if a := respond(mcptest.Accept(map[string]any{"confirm": true})); a.Outcome != "not_found" {
			t.Errorf("gone meanwhile: %s", a.text)
		}
		if sent := w.writes(); len(sent) > 0 {
			t.Fatalf("without a yes were sent %v", sent)
		}

		_, respond = h.pose(t, "delete_api_user", zapier)
		if a := respond(mcptest.Accept(map[string]any{"confirm": true})); a.Outcome != "deleted" {
			t.Errorf("yes: %s", a.text)
		}
		_, respond = h.pose(t, "delete_api_users", map[string]any{"apiUserIds": []string{sandbox.DatevExportID, sandbox.TimeDashboardID}})
		if a := respond(mcptest.Accept(map[string]any{"confirm": true, "count": 2})); a.Outcome != "deleted" {
			t.Errorf("yes to two: %s", a.text)
		}
		_, respond = h.pose(t, "create_api_user", map[string]any{"name": "Boss", "admin": true})
		if a := respond(mcptest.Accept(map[string]any{"confirm": true})); a.Outcome != "created" {
			t.Errorf("yes to an admin: %s", a.text)
		}
		want := []string{"DELETE /apiusers/" + sandbox.DatevExportID, "DELETE /apiusers/" + sandbox.TimeDashboardID, "DELETE /apiusers/" + sandbox.ZapierSyncID, "POST /apiusers"}
		got := w.writes()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("sent %v", got)
		}
	})
}

// A client that can't show a form never waits for one, SSE included.
func TestHumanWithoutForms(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		h := via.open(s, []string{"--confirm=human"}, w.env(s, w.admin))
		if a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "blocked" || !strings.Contains(a.Message, "--confirm human") {
			t.Errorf("got %s", a.text)
		}
		if sent := w.writes(); len(sent) > 0 {
			t.Errorf("sent %v", sent)
		}
	})
}

// Twenty questions: sixteen are open, the others are refused, and a list is
// answered while they are.
func TestTwentyOpenQuestions(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stdio 2025", "mcp 2025"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
			h := formTransports()[name](s, nil, w.env(s, w.admin))
			outcomes := make(chan answer, 20)
			for range 20 {
				c := begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
				go func() { outcomes <- answered(t, receive(t, c, "an answer")) }()
			}
			for range 4 {
				if a := receive(t, outcomes, "a refusal"); a.Outcome != "confirmation_required" || !strings.Contains(a.Message, "16 questions") {
					t.Errorf("one too many: %s", a.text)
				}
			}
			var open []mcptest.Reply
			for range 16 {
				open = append(open, h.question(t))
			}
			if a := call(t, h, "list_api_users", nil); a.Outcome != "found" {
				t.Errorf("beside them: %s", a.text)
			}
			for _, q := range open {
				h.Send(mcptest.Response(q.ID, map[string]any{"action": "decline"}))
			}
			for range 16 {
				if a := receive(t, outcomes, "the end of a question"); a.Outcome != "declined" {
					t.Errorf("declined: %s", a.text)
				}
			}
			if sent := w.writes(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stdio 2025", "mcp 2025"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			h := formTransports()[name](s, []string{"--confirm-timeout=100ms"}, w.env(s, w.admin))
			c := begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
			q := h.question(t)
			if a := answered(t, receive(t, c, "an end")); a.Outcome != "declined" || !strings.Contains(a.Message, "within 100ms") {
				t.Errorf("got %s", a.text)
			}
			h.Send(mcptest.Response(q.ID, mcptest.Accept(map[string]any{"confirm": true}))) // too late
			if a := call(t, h, "list_api_users", nil); a.Outcome != "found" || len(w.writes()) > 0 {
				t.Errorf("after the late yes: %s, sent %v", a.text, w.writes())
			}
			// A client that refuses the question is answered as one that could not show it.
			c = begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
			q = h.question(t)
			h.Send([]byte(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"error":{"code":-32601,"message":"no such method"}}`))
			if a := answered(t, receive(t, c, "an end")); a.Outcome != "declined" || len(w.writes()) > 0 {
				t.Errorf("refused: %s, sent %v", a.text, w.writes())
			}
		})
	}
}

// A cancelled call's question ends, and a yes to it does nothing.
func TestAYesAfterTheCancel(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stdio 2025", "mcp 2025"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			h := formTransports()[name](s, nil, w.env(s, w.admin))
			params := mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID})
			id, c := h.Begin(t.Context(), "tools/call", params)
			q := h.question(t)
			h.Cancel(id)
			s.logged(h, "delete_api_user")
			h.Send(mcptest.Response(q.ID, mcptest.Accept(map[string]any{"confirm": true})))
			if a := call(t, h, "list_api_users", nil); a.Outcome != "found" {
				t.Errorf("afterwards: %s", a.text)
			}
			select {
			case r, came := <-c:
				if came && r.Result != nil && strings.Contains(string(r.Result), "deleted\"") {
					t.Errorf("answered: %s", r.Result)
				}
			default:
			}
			if sent := w.writes(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
}

// logged waits for the log's line of a call.
func (s *fixture) logged(h host, tool string) {
	s.t.Helper()
	h.process().stderr.find(s.t, "the log of "+tool, func(line string) (string, bool) {
		return line, strings.Contains(line, `"tool call"`) && strings.Contains(line, `"`+tool+`"`)
	})
}

// A code is good at another replica that has the key, and at none without.
func TestCodesOfReplicas(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	key := func(b byte) []string {
		return append(w.env(s, w.admin), "AWORK_MCP_CONFIRM=strict", "AWORK_MCP_STATE_KEY="+base64.StdEncoding.EncodeToString(slices.Repeat([]byte{b}, 32)))
	}
	delete := func(env []string, more ...string) (a struct{ Outcome, Message, ConfirmationCode string }) {
		t.Helper()
		stdout, stderr, _ := s.run(append([]string{"call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}, more...), env)
		if err := json.Unmarshal([]byte(stdout), &a); err != nil {
			t.Fatalf("%s%s", stdout, stderr)
		}
		return a
	}
	code := delete(key(1)).ConfirmationCode
	if code == "" {
		t.Fatal("no code")
	}
	for name, env := range map[string][]string{"another key": key(2), "no key": append(w.env(s, w.admin), "AWORK_MCP_CONFIRM=strict")} {
		if a := delete(env, "confirmationCode="+code); a.Outcome != "confirmation_required" || len(w.writes()) > 0 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if a := delete(key(1), "confirmationCode="+code); a.Outcome != "deleted" {
		t.Errorf("the same key: %+v", a)
	}
	for _, bad := range []string{"short", base64.StdEncoding.EncodeToString(make([]byte, 31)), strings.Repeat("é", 43)} {
		stdout, stderr, status := s.run([]string{"--sandbox"}, []string{"AWORK_MCP_STATE_KEY=" + bad})
		refusedInOneLine(t, stdout, stderr, status, "AWORK_MCP_STATE_KEY", "32 bytes")
	}
}

// --yes answers for the human, with the number where one is wanted.
func TestCallAnswersYes(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"auto", "strict", "human", "never"} {
		s := newFixture(t)
		s.secret(sandbox.AdminToken)
		stdout, stderr, status := s.run([]string{"--sandbox", "--confirm", mode, "call", "--yes", "delete_api_users", `apiUserIds=["` + sandbox.ZapierSyncID + `","` + sandbox.DatevExportID + `"]`}, nil)
		if status != 0 || !strings.Contains(stdout, `"outcome": "deleted"`) {
			t.Errorf("%s: status %d: %s%s", mode, status, stdout, stderr)
		}
	}
}
