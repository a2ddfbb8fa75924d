package tools_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// TestRecovery has a reader without understanding look at every kind of refusal: it
// must find a next call that works, in one step, or that the matter is whoever runs
// the server's. The golden file has what it found, and the share by outcome. It is
// no model's figure: it shows whether a result says what a next step needs.
func TestRecovery(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		all, err := readToolArguments()
		if err != nil {
			t.Fatal(err)
		}
		cases := slices.Concat(invalidCalls(), policyCalls(), faultyCalls())
		slices.SortFunc(cases, func(x, y refusedCall) int {
			return cmp.Or(cmp.Compare(x.outcome, y.outcome), cmp.Compare(x.why, y.why))
		})
		var report strings.Builder
		fmt.Fprintf(&report, "What a reader without understanding does next about each refusal, and what comes of it.\n\n")
		works, refused := map[string]int{}, map[string]int{}
		for _, c := range cases {
			how, outcome := c.recover(t, all)
			line := fmt.Sprintf("%-22s %-25s %-20s %s", c.outcome, c.why, how, outcome)
			fmt.Fprintln(&report, strings.TrimSpace(line))
			refused[c.outcome]++
			if how == toOperator || how == toHuman || slices.Contains(successes, outcome) {
				works[c.outcome]++
			}
		}
		fmt.Fprintln(&report)
		sum, total := 0, 0
		for _, outcome := range failures {
			if refused[outcome] == 0 {
				t.Errorf("no case has the outcome %s", outcome)
			}
			fmt.Fprintf(&report, "%-22s %d of %d\n", outcome, works[outcome], refused[outcome])
			sum, total = sum+works[outcome], total+refused[outcome]
		}
		share := 100 * float64(sum) / float64(total)
		fmt.Fprintf(&report, "%-22s %d of %d, %.0f %%\n", "all", sum, total, share)
		t.Logf("a next step after %d of %d refusals, %.0f %%", sum, total, share)
		if share < 95 {
			t.Error("less than 95 %")
		}
		golden(t, "recovery.txt", []byte(report.String()))
	})
}

// recover makes the call, which must be refused as the case has it, and the next one.
func (c refusedCall) recover(t *testing.T, all toolArguments) (how, outcome string) {
	t.Helper()
	box := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
	box.AddToken(canary, cmp.Or(c.owner, sandbox.AdminUserID))
	if c.prepare != nil {
		c.prepare(box)
	}
	box.AddFaults(c.faults...)
	first := true
	call := c.client(t, box, func(q mcptest.Question) mcptest.Answer {
		time.Sleep(2 * time.Second)
		if first {
			first = false
			return c.answer(box)
		}
		content := args{"confirm": true}
		if m := howMany.FindString(string(mustJSON(q.RequestedSchema["properties"]))); m != "" {
			content["count"] = m
		}
		return mcptest.Accept(content)
	})
	r := call(c.call)
	if r["outcome"] != c.outcome {
		t.Errorf("%s: the outcome is %v, want %s: %v", c.why, r["outcome"], c.outcome, r["message"])
	}
	if !c.lasting {
		box.ClearFaults()
	}
	step := all.whatNext(c.call, r)
	if step.call.tool == "" {
		if step.how == "nothing" {
			t.Logf("%s: %v", c.why, r["message"])
		}
		return step.how, ""
	}
	time.Sleep(time.Duration(step.seconds) * time.Second)
	after := call(step.call)
	outcome, _ = after["outcome"].(string)
	if code, asks := after["confirmationCode"].(string); asks { // which is what a code is for
		after = call(step.call.with("confirmationCode", code))
		outcome, _ = after["outcome"].(string)
	}
	if !slices.Contains(successes, outcome) {
		t.Logf("%s: %v\n%s %s: %v", c.why, r["message"], step.call.tool, mustJSON(step.call.args), after["message"])
	}
	return step.how + " " + step.call.tool, outcome
}

// client returns what calls tools of a server over box.
func (c refusedCall) client(t *testing.T, box *sandbox.Sandbox, answer func(mcptest.Question) mcptest.Answer,
) func(scenario) map[string]any {
	t.Helper()
	token, err := awork.ParseToken(canary)
	if err != nil {
		t.Fatal(err)
	}
	config := awork.Config{BaseURL: baseURL, Tokens: awork.StaticToken(token), Transport: box.RoundTripper()}
	client, err := awork.New(config)
	if err != nil {
		t.Fatal(err)
	}
	o := tools.Options{Client: client, Policy: c.policy, Delivery: &fakeDelivery{}, Log: slog.New(slog.DiscardHandler)}
	o.Policy.Tools = everything()
	if c.options != nil {
		c.options(&o)
	}
	server, err := tools.New(o)
	if err != nil {
		t.Fatal(err)
	}
	options := mcptest.Options{}
	if c.answer != nil {
		options.Answer = answer
	}
	connected := mcptest.InProcess(t, server.Server("test"), options)
	return func(s scenario) map[string]any {
		result, err := connected.Call(t.Context(), s.tool, s.args).ToolResult()
		if err != nil {
			t.Fatalf("%s: %v", s.tool, err)
		}
		var r map[string]any
		if err := json.Unmarshal(result.StructuredContent, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
}
