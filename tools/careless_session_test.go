package tools_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// carelessSession is a client with an agent that is careless and a human who may be.
type carelessSession struct {
	w               *carelessWorld
	name            string
	mayWrite, forms bool
	client          *mcptest.Client
	agent           *carelessAgent
	// codes are those that the server gave out, with what each is for.
	codes map[string]*issuedCode
	// states are those of questions whose answer was used. One that was never used is
	// still good for its call: a host that makes up answers can't be found out.
	states []string

	mu      sync.Mutex
	current *attempt
}

type issuedCode struct {
	call string
	at   time.Time
	used bool
}

// attempt is one call of an agent.
type attempt struct {
	session *carelessSession
	scenario
	intended  string // the record that the human had in mind
	mood      string
	meanwhile func()
	before    map[string]sandbox.APIUser

	mu      sync.Mutex
	asks    []shownQuestion
	written map[string]bool // the records that a write was sent to
	did     deeds
	code    *issuedCode // that it was confirmed with
	// delivered is how many secrets had been handed over before.
	delivered int
}

type attemptKey struct{}

// shownQuestion is a question as a human saw it.
type shownQuestion struct {
	text    string
	yes     bool
	records map[string]sandbox.APIUser
}

func newCarelessSession(w *carelessWorld, rt *rapid.T, name string) *carelessSession {
	s := &carelessSession{w: w, name: name, codes: map[string]*issuedCode{}, agent: newCarelessAgent(rt),
		mayWrite: rapid.IntRange(0, 9).Draw(rt, "scope") < 9, forms: rapid.Bool().Draw(rt, "forms")}
	o := mcptest.Options{Era: w.era}
	if s.forms {
		o.Answer = func(q mcptest.Question) mcptest.Answer { return s.answer(q) }
	}
	s.client = mcptest.InProcess(w.t, w.server, o)
	return s
}

func (s *carelessSession) setCurrent(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = a
}

// call makes the current call, and again with the human's answer where that is how
// the era asks.
func (s *carelessSession) call(ctx context.Context, extra map[string]any) mcptest.Reply {
	s.mu.Lock()
	a := s.current
	s.mu.Unlock()
	params := mcptest.ToolCall(a.tool, a.args)
	for k, v := range extra {
		params[k] = v
	}
	r := s.client.Ask(ctx, "tools/call", params)
	asks, err := r.ToolResult()
	if err != nil || asks.ResultType != "input_required" {
		return r
	}
	s.w.searchSecrets("a question", string(r.Result))
	answers := map[string]any{}
	for key, q := range asks.InputRequests {
		answers[key] = s.answer(q.Params)
	}
	s.setCurrent(a)
	params = mcptest.ToolCall(a.tool, a.args)
	params["requestState"], params["inputResponses"] = asks.RequestState, answers
	r = s.client.Ask(ctx, "tools/call", params)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.written) > 0 || strings.Contains(string(r.Result), `"outcome":"declined"`) {
		s.states = append(s.states, asks.RequestState)
	}
	return r
}

func moods() []string {
	return []string{"agrees", "agrees", "agrees", "careful", "careful", "declines", "closes", "ticks nothing", "miscounts",
		"sleeps"}
}

var howMany = regexp.MustCompile(`\d+`)

// answer is what the human makes of a question, which takes time to read.
func (s *carelessSession) answer(q mcptest.Question) mcptest.Answer {
	s.mu.Lock()
	a := s.current
	s.mu.Unlock()
	s.w.counts.add(&s.w.counts.questions)
	s.w.searchSecrets("a question", q.Message)
	shown := s.w.records()
	time.Sleep(2 * time.Second)
	if a.meanwhile != nil {
		a.meanwhile()
	}
	content := map[string]any{"confirm": true}
	properties, _ := q.RequestedSchema["properties"].(map[string]any)
	count, _ := properties["count"].(map[string]any)
	if title, ok := count["title"].(string); ok {
		content["count"] = howMany.FindString(title)
	}
	answer, yes := mcptest.Accept(content), false
	switch a.mood {
	case "agrees":
		yes = true
	case "careful":
		if yes = strings.Contains(q.Message, a.intended); !yes {
			answer = mcptest.Decline()
		}
	case "declines":
		answer = mcptest.Decline()
	case "closes":
		answer = mcptest.Answer{Action: "cancel"}
	case "ticks nothing":
		content["confirm"] = false
	case "miscounts":
		yes = content["count"] == nil
		if !yes {
			content["count"] = "7"
		}
	case "sleeps":
		time.Sleep(6 * time.Minute)
	}
	if yes {
		s.w.counts.add(&s.w.counts.yeses)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asks = append(a.asks, shownQuestion{q.Message, yes, shown})
	return answer
}

// remember is what the agent makes of a result.
func (s *carelessSession) remember(a *attempt, r map[string]any) {
	if code, _ := r["confirmationCode"].(string); code != "" {
		s.codes[code] = &issuedCode{call: s.w.meaning(a), at: time.Now()}
	}
	s.agent.remember(a.scenario, r)
}
