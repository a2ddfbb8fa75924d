package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools"
)

// with is another server over the fixture's workspace, made of these options.
func (d *fixture) with(o tools.Options) *fixture {
	d.t.Helper()
	token, err := awork.ParseToken(canary)
	if err != nil {
		d.t.Fatal(err)
	}
	o.Client, err = awork.New(awork.Config{BaseURL: baseURL, Tokens: awork.StaticToken(token), Version: "test", Transport: d.wire})
	if err != nil {
		d.t.Fatal(err)
	}
	o.Log = slog.New(slog.NewJSONHandler(d.log, nil))
	other := *d
	if other.tools, err = tools.New(o); err != nil {
		d.t.Fatal(err)
	}
	other.server = other.tools.Server("test")
	return &other
}

// question is what a client is asked to show.
type question struct {
	Mode            string
	Message         string
	RequestedSchema map[string]any
}

// person is the human behind a client that can show forms. Its answer is the
// elicitation's result; nil never comes.
type person struct {
	session    string
	capability map[string]any // {} where nil
	answer     func(question) any

	mu    sync.Mutex
	heard []question
}

func says(answer any) *person { return &person{answer: func(question) any { return answer }} }

func accepts(content any) map[string]any { return args{"action": "accept", "content": content} }

var (
	yes        = accepts(args{"confirm": true})
	errNoForms = errors.New("no such method")
)

func (p *person) can() map[string]any {
	if p.capability == nil {
		return args{"elicitation": args{}}
	}
	return p.capability
}

func (p *person) ask(t testing.TB, q question) any {
	noSecrets(t, "a question", q.Message)
	if i := strings.IndexFunc(strings.ReplaceAll(q.Message, "\n", ""), forbidden); i >= 0 || q.Mode != "form" {
		t.Errorf("a question that must not be shown: %+v", q)
	}
	p.mu.Lock()
	p.heard = append(p.heard, q)
	p.mu.Unlock()
	return p.answer(q)
}

// questions is how often the person was asked.
func (p *person) questions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.heard)
}

// call calls a tool for the person, and has it answer what is asked.
func (p *person) call(d *fixture, tool string, arguments any) answer {
	d.t.Helper()
	return p.callCtx(context.Background(), d, tool, arguments)
}

func (p *person) callCtx(ctx context.Context, d *fixture, tool string, arguments any) answer {
	d.t.Helper()
	params := args{"name": tool, "arguments": arguments}
	if d.era == legacy {
		r := d.rpc(d.server.WithContext(ctx, p.sessionFor(d.t)), "tools/call", params)
		if r.Error != nil {
			d.t.Fatalf("%s: %+v", tool, *r.Error)
		}
		return d.check(tool, arguments, r.Result)
	}
	q, state, done := p.begin(ctx, d, tool, arguments)
	if done != nil {
		return *done
	}
	reply := p.ask(d.t, q)
	if reply == nil {
		return answer{t: d.t, tool: tool}
	}
	return p.retry(ctx, d, tool, arguments, state, reply)
}

// begin is the first call of a client of the 2026-07-28 revision.
func (p *person) begin(ctx context.Context, d *fixture, tool string, arguments any) (q question, state string, done *answer) {
	d.t.Helper()
	r := d.rpc(ctx, "tools/call", args{"name": tool, "arguments": arguments, "_meta": args{"io.modelcontextprotocol/clientCapabilities": p.can()}})
	var result struct {
		ResultType    string
		RequestState  string
		InputRequests map[string]struct {
			Method string
			Params question
		}
	}
	if r.Error != nil {
		d.t.Fatalf("%s: %+v", tool, *r.Error)
	}
	if err := json.Unmarshal(r.Result, &result); err != nil {
		d.t.Fatal(err)
	}
	if result.ResultType != "input_required" {
		a := d.check(tool, arguments, r.Result)
		return question{}, "", &a
	}
	asked, ok := result.InputRequests["confirm"]
	if !ok || len(result.InputRequests) != 1 || asked.Method != "elicitation/create" || result.RequestState == "" {
		d.t.Fatalf("%s: %s", tool, r.Result)
	}
	return asked.Params, result.RequestState, nil
}

// retry is the second.
func (p *person) retry(ctx context.Context, d *fixture, tool string, arguments any, state string, reply any) answer {
	d.t.Helper()
	params := args{"name": tool, "arguments": arguments, "requestState": state, "_meta": args{"io.modelcontextprotocol/clientCapabilities": p.can()}}
	if _, isError := reply.(error); !isError {
		params["inputResponses"] = args{"confirm": reply}
	}
	r := d.rpc(ctx, "tools/call", params)
	if r.Error != nil {
		d.t.Fatalf("%s: %+v", tool, *r.Error)
	}
	return d.check(tool, arguments, r.Result)
}

// asked is a session of an older revision, which asks the person.
type asked struct {
	session
	t testing.TB
	p *person
}

func (s asked) SessionID() string { return "session " + s.p.session }

func (p *person) sessionFor(t testing.TB) asked { return asked{session{}, t, p} }

func (s asked) GetClientInfo() mcp.Implementation            { return mcp.Implementation{Name: "tester"} }
func (s asked) SetClientInfo(mcp.Implementation)             {}
func (s asked) SetClientCapabilities(mcp.ClientCapabilities) {}
func (s asked) GetClientCapabilities() (c mcp.ClientCapabilities) {
	if err := json.Unmarshal(mustJSON(s.p.can()), &c); err != nil {
		s.t.Error(err)
	}
	return c
}

func (s asked) RequestElicitation(ctx context.Context, req mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	var q question
	if err := json.Unmarshal(mustJSON(req.Params), &q); err != nil {
		s.t.Error(err)
	}
	switch reply := s.p.ask(s.t, q).(type) {
	case nil:
		<-ctx.Done()
		return nil, ctx.Err()
	case error:
		return nil, reply
	default:
		r := new(mcp.ElicitationResult)
		return r, json.Unmarshal(mustJSON(reply), r)
	}
}

// rewrite changes the body of an answer.
func rewrite(resp *http.Response, f func(string) string) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	text := f(string(body))
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	resp.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return nil
}
