//go:build e2e_hosts && unix

package hosts_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// step is what the model does next: it calls a tool, or says something.
type step struct {
	tool string
	args map[string]any
	text string
}

// model is a language model that plays a script: which step it plays is the
// number of tool results that the conversation holds.
type model struct {
	url   string
	steps []step

	mu      sync.Mutex
	results []string // of the conversation so far
	offered []string // tools, at the last request that had any
	called  []string
}

func newModel(t *testing.T, steps ...step) *model {
	t.Helper()
	m := &model{steps: steps}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"object":"list","models":[],` +
			`"data":[{"id":"fake","object":"model","created":1,"owned_by":"fake"}]}`))
	})
	mux.HandleFunc("POST /v1/chat/completions", m.chat)
	mux.HandleFunc("POST /v1/responses", m.responses)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	m.url = server.URL + "/v1"
	return m
}

// describe returns the tool results and the tools that the model got.
func (m *model) describe() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("%q (offered: %q)", m.results, m.offered)
}

// calls returns how many tools were called.
func (m *model) calls() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.called)
}

// last returns the last tool result.
func (m *model) last() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.results) == 0 {
		return ""
	}
	return m.results[len(m.results)-1]
}

// next picks the step, with the tool's name as the host offers it: hosts put
// something of theirs before it.
func (m *model) next(offered, results []string) step {
	if len(offered) == 0 {
		return step{text: "a title"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.offered, m.results = offered, results
	s := m.steps[min(len(results), len(m.steps)-1)]
	if s.tool == "" {
		return s
	}
	for _, name := range offered {
		if strings.HasSuffix(name, s.tool) {
			s.tool = name
			m.called = append(m.called, name)
			return s
		}
	}
	return step{text: "NO TOOL " + s.tool}
}

func (s step) arguments() string {
	b, err := json.Marshal(s.args)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// text returns a part of a message, which is a string or something that holds one.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

type object = map[string]any

// chat answers as https://platform.openai.com/docs/api-reference/chat does.
func (m *model) chat(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Stream   bool
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
		Tools []struct{ Function struct{ Name string } }
	}
	if json.NewDecoder(r.Body).Decode(&request) != nil {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	var offered, results []string
	for _, t := range request.Tools {
		offered = append(offered, t.Function.Name)
	}
	for _, msg := range request.Messages {
		if msg.Role == "tool" {
			results = append(results, text(msg.Content))
		}
	}
	s := m.next(offered, results)
	message, finish := object{"role": "assistant", "content": s.text}, "stop"
	if s.tool != "" {
		message["content"], finish = nil, "tool_calls"
		message["tool_calls"] = []object{{"index": 0, "id": fmt.Sprintf("call_%d", len(results)), "type": "function",
			"function": object{"name": s.tool, "arguments": s.arguments()}}}
	}
	usage := object{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
	answer := object{"id": "c", "created": 1, "model": "fake"}
	if !request.Stream {
		answer["object"], answer["usage"] = "chat.completion", usage
		answer["choices"] = []object{{"index": 0, "message": message, "finish_reason": finish}}
		_ = json.NewEncoder(w).Encode(answer)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	answer["object"] = "chat.completion.chunk"
	chunk := func(choices []object) {
		answer["choices"] = choices
		b, _ := json.Marshal(answer)
		_, _ = fmt.Fprintf(w, "data: %s\n\n", b)
	}
	chunk([]object{{"index": 0, "delta": message, "finish_reason": nil}})
	chunk([]object{{"index": 0, "delta": object{}, "finish_reason": finish}})
	answer["usage"] = usage
	chunk([]object{})
	_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
}

// responses answers as https://platform.openai.com/docs/api-reference/responses
// does. Codex puts a server's tools into a namespace.
func (m *model) responses(w http.ResponseWriter, r *http.Request) {
	type tool struct {
		Type, Name string
		Tools      []struct{ Name string }
	}
	var request struct {
		Model string
		Tools []tool
		Input []struct {
			Type   string
			Output json.RawMessage
			Tools  []tool
		}
	}
	if json.NewDecoder(r.Body).Decode(&request) != nil {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	var offered, results []string
	tools := request.Tools
	for _, in := range request.Input {
		tools = append(tools, in.Tools...)
		if strings.HasSuffix(in.Type, "_call_output") {
			results = append(results, text(in.Output))
		}
	}
	for _, t := range tools {
		if t.Type != "namespace" {
			offered = append(offered, t.Name)
		}
		for _, f := range t.Tools {
			offered = append(offered, t.Name+" "+f.Name)
		}
	}
	s := m.next(offered, results)
	item := object{"type": "message", "id": "m", "role": "assistant", "status": "completed",
		"content": []object{{"type": "output_text", "text": s.text, "annotations": []any{}}}}
	if s.tool != "" {
		item = object{"type": "function_call", "id": "f", "call_id": fmt.Sprintf("call_%d", len(results)),
			"name": s.tool, "arguments": s.arguments(), "status": "completed"}
		if space, name, ok := strings.Cut(s.tool, " "); ok {
			item["namespace"], item["name"] = space, name
		}
	}
	response := object{
		"id": "r", "object": "response", "created_at": 1, "status": "completed", "model": request.Model,
		"output": []object{item},
		"usage": object{"input_tokens": 10, "output_tokens": 5, "total_tokens": 15,
			"input_tokens_details":  object{"cached_tokens": 0},
			"output_tokens_details": object{"reasoning_tokens": 0}},
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for n, event := range []object{
		{"type": "response.created",
			"response": object{"id": "r", "object": "response", "status": "in_progress", "output": []any{}}},
		{"type": "response.output_item.added", "output_index": 0, "item": item},
		{"type": "response.output_item.done", "output_index": 0, "item": item},
		{"type": "response.completed", "response": response},
	} {
		event["sequence_number"] = n
		b, _ := json.Marshal(event)
		_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event["type"], b)
	}
}
