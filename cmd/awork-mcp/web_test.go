package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// web is the program serving HTTP.
type web struct {
	s      *fixture
	p      *process
	addr   string
	client *http.Client // what it gets is recorded
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
	plain := &http.Transport{}
	x.client = &http.Client{Transport: recording{plain, s}}
	s.t.Cleanup(plain.CloseIdleConnections)
	return x
}

// recording records what comes over HTTP, bodies as they are read.
type recording struct {
	http.RoundTripper
	s *fixture
}

func (r recording) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := r.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	r.s.note("HTTP headers", fmt.Append(nil, res.Header, "\n"))
	res.Body = recorded{io.TeeReader(res.Body, noted{r.s, "HTTP bodies"}), res.Body}
	return res, nil
}

type recorded struct {
	io.Reader
	io.Closer
}

// do sends a request.
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
	return x.client.Do(r)
}

// get sends a request and reads the answer.
func (x *web) get(
	t *testing.T, method, path string, body []byte, header ...string,
) (status int, text string, got http.Header) {
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

// streamableHost is a client of /mcp.
type streamableHost struct {
	*web
	*mcptest.HTTPClient
}

func (x *web) streamable(era mcptest.Era) *streamableHost { return x.open(mcptest.Options{Era: era}) }

func (x *web) open(o mcptest.Options) *streamableHost {
	x.s.t.Helper()
	h := &streamableHost{x, mcptest.HTTP(x.s.t, x.client, "http://"+x.addr+"/mcp", o)}
	if o.Era == legacy && h.SessionID == "" {
		x.s.t.Fatal("initialize opened no session")
	}
	return h
}

func (h *streamableHost) process() *process { return h.p }

// headers are those of a request in the session.
func (h *streamableHost) headers() (pairs []string) {
	for name, values := range h.Header("", nil) {
		pairs = append(pairs, name, values[0])
	}
	return pairs
}

// sseHost is a client of /sse and /message.
type sseHost struct {
	*web
	*mcptest.SSEClient
}

func (x *web) sse() *sseHost { return x.sseWith(mcptest.Options{}) }

func (x *web) sseWith(o mcptest.Options) *sseHost {
	x.s.t.Helper()
	return &sseHost{x, mcptest.SSE(x.s.t, x.client, "http://"+x.addr, o)}
}

func (h *sseHost) process() *process { return h.p }
