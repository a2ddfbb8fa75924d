package tools_test

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// callResult is a result.
type callResult struct {
	t    *testing.T
	text string

	Outcome, Message, Workspace, APIUserID, ClientID, SuccessorID string
	RequiredPermission                                            string
	Delivered                                                     *struct{ Where, Fingerprint string }
	Exists                                                        []struct {
		What, ID string
		CleanUp  result.Fix
	}
	Candidates                []result.APIUser
	APIUser                   *result.APIUser
	ClientApplication, Before *struct {
		ClientID, DisplayName string
		IsConfidential        bool
		RedirectURIs          []string
	}
	Warnings []string
	Results  []struct{ APIUserID, Name, Outcome, Message string }
	Tools    []struct {
		Name, Why string
		Works     bool
	}
}

// call calls a tool, answers its question, and checks that the message reads as
// sentences.
func (r *keyFixture) call(tool string, arguments map[string]any) callResult {
	r.t.Helper()
	return r.callCtx(r.t.Context(), tool, arguments)
}

func (r *keyFixture) callCtx(ctx context.Context, tool string, arguments map[string]any) callResult {
	r.t.Helper()
	can := args{}
	if r.form {
		can["elicitation"] = args{}
	}
	params := args{"name": tool, "arguments": arguments, "_meta": args{
		"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": can,
		"io.modelcontextprotocol/clientInfo": args{"name": "tester", "version": "1"}}}
	send := func() json.RawMessage {
		answer, err := json.Marshal(r.srv.HandleMessage(ctx, mustJSON(args{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})))
		if err != nil {
			r.t.Fatal(err)
		}
		_, _ = r.output.Write(append(answer, '\n'))
		return answer
	}
	var answer struct {
		Result struct {
			StructuredContent json.RawMessage
			IsError           bool
			ResultType        string
			RequestState      string
			InputRequests     map[string]struct{ Params struct{ Message string } }
		}
		Error json.RawMessage
	}
	raw := send()
	if err := json.Unmarshal(raw, &answer); err != nil {
		r.t.Fatalf("%v: %s", err, raw)
	}
	if answer.Result.ResultType == "input_required" {
		r.question = answer.Result.InputRequests["confirm"].Params.Message
		if r.meanwhile != nil {
			r.meanwhile()
		}
		params["requestState"] = answer.Result.RequestState
		params["inputResponses"] = args{"confirm": args{"action": "accept", "content": args{"confirm": r.yes}}}
		raw = send()
		answer.Result.StructuredContent = nil
		if err := json.Unmarshal(raw, &answer); err != nil {
			r.t.Fatalf("%v: %s", err, raw)
		}
	}
	result := callResult{t: r.t, text: string(raw)}
	if err := json.Unmarshal(answer.Result.StructuredContent, &result); err != nil {
		r.t.Fatalf("%s: %v: %s", tool, err, raw)
	}
	m := regexp.MustCompile(`"(\\.|[^"\\])*"`).ReplaceAllString(result.Message, "Q")
	for _, bad := range []string{"  ", "..", ". .", ":.", "%!", "awork-mcp failed", "<nil>"} {
		if strings.Contains(m, bad) {
			r.t.Errorf("%s: the message has %q: %s", tool, bad, result.Message)
		}
	}
	if !strings.HasSuffix(m, ".") || result.Workspace == "" && !slices.Contains(early, result.Outcome) {
		r.t.Errorf("%s: the message has no end, or the workspace is missing: %s", tool, raw)
	}
	return result
}

func (a callResult) want(outcome string, words ...string) callResult {
	a.t.Helper()
	if a.Outcome != outcome {
		a.t.Errorf("the outcome is %s, want %s: %s", a.Outcome, outcome, a.text)
	}
	for _, w := range words {
		if !strings.Contains(a.Message, w) {
			a.t.Errorf("the message lacks %q: %s", w, a.Message)
		}
	}
	return a
}
