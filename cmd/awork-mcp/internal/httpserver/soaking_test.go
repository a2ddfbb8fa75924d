package httpserver

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
)

type soaking struct {
	*fixture
	mu     sync.Mutex
	counts map[string]int
}

// lost is a request whose connection the server had given up as its client took
// it: a client tries such again.
const lost = "lost"

func (s *soaking) saw(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what]++
}

// once is the life of one session.
func (s *soaking) once(name string, n int) {
	me := with(bearer(name), []string{"X-Me", name})
	switch n % 10 {
	case 0:
		s.overSSE(me)
		return
	case 1, 2, 3:
		for range 5 {
			id := rand.Int64N(1 << 50)
			body, header := modern(id, pick(), "")
			s.expect(id, body, with(header, me))
		}
		return
	}
	header, ok := s.open(me)
	if !ok {
		return
	}
	for range 5 {
		id := rand.Int64N(1 << 50)
		s.expect(id, call(id, pick(), ""), with(header, me))
	}
	switch rand.IntN(4) {
	case 0: // half a request
		s.abandon("POST", "/mcp", call(1, "echo", "")[:20], with(header, me))
	case 1: // a stream that its client leaves
		s.abandon("GET", "/mcp", "", with(header, me))
	}
	if rand.IntN(10) > 0 { // else it is forgotten
		if status, body, err := s.try("DELETE", "", with(header, me)); err == nil && status != http.StatusOK {
			s.t.Errorf("DELETE: %d %s", status, body)
		}
	}
}

func pick() string { return []string{"echo", "echo", "progress", "panic", "nobody"}[rand.IntN(5)] }

func (s *soaking) try(method, body string, header []string) (int, string, error) {
	res, err := s.client.Do(s.request(method, "/mcp", body, header...))
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	return res.StatusCode, string(data), err
}

func (s *soaking) open(me []string) ([]string, bool) {
	res, err := s.client.Do(s.request("POST", "/mcp", initialize, me...))
	if err != nil {
		s.saw(lost)
		return nil, false
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		s.refused(res.StatusCode, "initialize")
		return nil, false
	}
	return []string{"Mcp-Session-Id", res.Header.Get("Mcp-Session-Id"), "MCP-Protocol-Version", "2025-11-25"}, true
}

// expect makes a call: the answer is to it, or there is a reason for none.
func (s *soaking) expect(id int64, body string, header []string) {
	status, answer, err := s.try("POST", body, header)
	answered := strings.Contains(answer, fmt.Sprintf(`"id":%d,`, id))
	switch {
	case err != nil:
		s.saw(lost)
	case status == 500 && strings.Contains(body, `"panic"`):
		s.saw("panic")
	case strings.Contains(body, `"nobody"`) && answered && strings.Contains(answer, "-32602"):
		s.saw("unknown tool")
	case status == 200 && strings.Contains(body, `"echo"`) && answered && strings.Contains(answer, "echoed"):
		s.saw("echo")
	case status == 200 && strings.Contains(body, `"progress"`) && answered && strings.Contains(answer, "progressed") &&
		strings.Count(answer, fmt.Sprintf(`"progressToken":%d`,
			id)) == 3 && strings.Count(answer, "progressToken") == 3:
		s.saw("progress")
	default:
		s.refused(status, body+" → "+answer)
	}
}

func (s *soaking) refused(status int, what string) {
	if status == http.StatusTooManyRequests {
		s.saw("busy")
		return
	}
	s.t.Errorf("%d to %s", status, what)
}

// abandon breaks off in the middle of a request or of its answer.
func (s *soaking) abandon(method, path, body string, header []string) {
	ctx, cancel := context.WithCancel(context.Background())
	r := s.request(method, path, body, header...).WithContext(ctx)
	if body != "" {
		r.ContentLength = int64(len(body)) + 100
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), hangUp(cancel)))
	}
	once := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if res, err := once.Do(r); err == nil {
		_ = res.Body.Close()
	}
	cancel()
	s.saw("abandoned")
}

type hangUp func()

func (h hangUp) Read([]byte) (int, error) {
	h()
	return 0, io.ErrUnexpectedEOF
}

func (s *soaking) overSSE(me []string) {
	res, err := s.client.Do(s.request("GET", "/sse", "", me...))
	if err != nil {
		s.saw(lost)
		return
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		s.refused(res.StatusCode, "GET /sse")
		return
	}
	lines := events(res.Body)
	endpoint := next(s.t, lines)
	for range 5 {
		id := rand.Int64N(1 << 50)
		post, err := s.client.Do(s.request("POST", endpoint, call(id, "echo", ""), me...))
		if err != nil {
			s.saw(lost)
			return
		}
		_ = post.Body.Close()
		if post.StatusCode != http.StatusAccepted {
			s.refused(post.StatusCode, "POST /message")
			continue
		}
		if got := next(s.t, lines); !strings.Contains(got, fmt.Sprintf(`"id":%d,`, id)) ||
			!strings.Contains(got, "echoed") {
			s.t.Errorf("%d over SSE: %s", id, got)
		}
		s.saw("SSE")
	}
}
