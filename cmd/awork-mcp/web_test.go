package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// web is the program serving HTTP.
type web struct {
	s      *fixture
	p      *process
	addr   string
	client *http.Client
}

func (s *fixture) web(args, env []string) *web {
	s.t.Helper()
	x := &web{s: s, p: s.start(append([]string{"http", "--listen", "127.0.0.1:0"}, args...), env)}
	x.addr = x.p.stderr.find(s.t, "the address in the log", func(line string) (string, bool) {
		var fields struct{ Streamable string }
		if json.Unmarshal([]byte(line), &fields) != nil || fields.Streamable == "" {
			return "", false
		}
		u, err := url.Parse(fields.Streamable)
		return u.Host, err == nil
	})
	transport := &http.Transport{}
	x.client = &http.Client{Transport: transport}
	s.t.Cleanup(transport.CloseIdleConnections)
	return x
}

// do sends a request; the body it gives is recorded as it is read.
func (x *web) do(method, path string, body []byte, header ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+x.addr+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	res, err := x.client.Do(r)
	if err != nil {
		return nil, err
	}
	x.s.note("HTTP headers", fmt.Append(nil, res.Header, "\n"))
	res.Body = recorded{io.TeeReader(res.Body, noted{x.s, "HTTP bodies"}), res.Body}
	return res, nil
}

type recorded struct {
	io.Reader
	io.Closer
}

// get sends a request and reads the answer.
func (x *web) get(t *testing.T, method, path string, body []byte, header ...string) (status int, text string, got http.Header) {
	t.Helper()
	res, err := x.do(method, path, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return res.StatusCode, string(all), res.Header
}

// event gives the data of the next event of a stream.
func event(r *bufio.Reader) (name, data string, err error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		line = strings.TrimRight(line, "\r\n")
		field, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimPrefix(value, " "); {
		case line == "" && data != "":
			return name, data, nil
		case field == "event":
			name = value
		case field == "data":
			data += value
		}
	}
}

// streamableHost is a client of /mcp.
type streamableHost struct {
	*web
	era     string
	session string
	loose   chan reply
	lastID  atomic.Int64
}

func (x *web) streamable(era string) *streamableHost {
	x.s.t.Helper()
	h := &streamableHost{web: x, era: era, loose: make(chan reply, 1000)}
	if era == legacy {
		status, text, header := x.get(x.s.t, "POST", "/mcp", message(legacy, 0, "initialize", hello(legacy)))
		if h.session = header.Get("Mcp-Session-Id"); status != http.StatusOK || h.session == "" {
			x.s.t.Fatalf("initialize: %d %s", status, text)
		}
		if status, text, _ := x.get(x.s.t, "POST", "/mcp", message(legacy, nil, "notifications/initialized", nil), h.headers("", nil)...); status != http.StatusAccepted {
			x.s.t.Fatalf("initialized: %d %s", status, text)
		}
	}
	return h
}

func (h *streamableHost) process() *process   { return h.p }
func (h *streamableHost) notes() <-chan reply { return h.loose }

func (h *streamableHost) headers(method string, params map[string]any) []string {
	header := []string{"MCP-Protocol-Version", h.era}
	if h.era == legacy {
		return append(header, "Mcp-Session-Id", h.session)
	}
	header = append(header, "Mcp-Method", method)
	if name, ok := params["name"].(string); ok {
		header = append(header, "Mcp-Name", name)
	}
	return header
}

func (h *streamableHost) request(method string, params map[string]any) <-chan reply {
	id := h.lastID.Add(1)
	c := make(chan reply, 1)
	go func() {
		defer close(c)
		res, err := h.do("POST", "/mcp", message(h.era, id, method, params), h.headers(method, params)...)
		if err != nil {
			return
		}
		defer func() { _ = res.Body.Close() }()
		kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
		body := bufio.NewReader(res.Body)
		for {
			var text []byte
			if kind == "text/event-stream" {
				_, data, err := event(body)
				if err != nil {
					return
				}
				text = []byte(data)
			} else if text, err = io.ReadAll(body); err != nil {
				return
			}
			r, err := parseReply(text)
			if err != nil {
				h.s.t.Errorf("/mcp answered %d with what is no message (%v): %.200q", res.StatusCode, err, text)
				return
			}
			if string(r.ID) == strconv.FormatInt(id, 10) {
				r.status = res.StatusCode
				c <- r
				return
			}
			if kind != "text/event-stream" {
				h.s.t.Errorf("the answer to %d is %s", id, text)
				return
			}
			h.loose <- r
		}
	}()
	return c
}

// sseHost is a client of /sse and /message.
type sseHost struct {
	*web
	endpoint string
	lastID   atomic.Int64
	closed   chan struct{} // the stream has ended
	loose    chan reply

	mu      sync.Mutex
	waiting map[string]chan reply
}

func (x *web) sse() *sseHost {
	t := x.s.t
	t.Helper()
	h := &sseHost{web: x, waiting: map[string]chan reply{}, closed: make(chan struct{}), loose: make(chan reply, 1000)}
	res, err := x.do("GET", "/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = res.Body.Close()
		<-h.closed
	})
	body := bufio.NewReader(res.Body)
	name, data, err := event(body)
	if err != nil || name != "endpoint" || res.StatusCode != http.StatusOK {
		t.Fatalf("the stream begins with %q %q (%v)", name, data, err)
	}
	h.endpoint = data
	go h.listen(body)
	if r := ask(t, h, "initialize", hello("2024-11-05")); r.Error != nil {
		t.Fatalf("initialize: %+v", *r.Error)
	}
	h.post(message(legacy, nil, "notifications/initialized", nil))
	return h
}

func (h *sseHost) listen(body *bufio.Reader) {
	defer close(h.closed)
	for {
		_, data, err := event(body)
		if err != nil {
			break
		}
		r, err := parseReply([]byte(data))
		if err != nil {
			h.s.t.Errorf("the stream carries what is no message (%v): %.200q", err, data)
			continue
		}
		h.mu.Lock()
		if c, ok := h.waiting[string(r.ID)]; ok && r.Method == "" {
			delete(h.waiting, string(r.ID))
			c <- r
		} else {
			h.loose <- r
		}
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.waiting {
		close(c)
	}
	h.waiting = nil
}

func (h *sseHost) process() *process   { return h.p }
func (h *sseHost) notes() <-chan reply { return h.loose }

func (h *sseHost) post(text []byte) {
	res, err := h.do("POST", h.endpoint, text)
	if err != nil {
		h.s.t.Errorf("POST %s: %v", h.endpoint, err)
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		h.s.t.Errorf("POST %s: %d", h.endpoint, res.StatusCode)
	}
}

func (h *sseHost) request(method string, params map[string]any) <-chan reply {
	id := h.lastID.Add(1)
	c := make(chan reply, 1)
	h.mu.Lock()
	if h.waiting != nil {
		h.waiting[strconv.FormatInt(id, 10)] = c
	} else {
		close(c)
	}
	h.mu.Unlock()
	h.post(message(legacy, id, method, params))
	return c
}
