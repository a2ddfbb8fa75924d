//go:build bench

package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	legacy = "2025-11-25"
	modern = "2026-07-28"
)

// caller is a server that is being called.
type caller interface {
	call() error
	pid() int
	close()
}

func params(era, method string, p map[string]any) map[string]any {
	if era == modern {
		p["_meta"] = map[string]any{"io.modelcontextprotocol/protocolVersion": modern, "io.modelcontextprotocol/clientCapabilities": map[string]any{},
			"io.modelcontextprotocol/clientInfo": map[string]any{"name": "bench", "version": "0"}}
	}
	return p
}

var hello = map[string]any{"protocolVersion": legacy, "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "bench", "version": "0"}}

func command(t *testing.T, up *upstream, path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWORK_TOKEN=sandbox-admin", "AWORK_BASE_URL=" + up.base, "AWORK_MCP_LOG_LEVEL=error"}
	return cmd
}

// stdioServer is a server on pipes.
type stdioServer struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	era    string
	nextID atomic.Int64
	write  sync.Mutex
	mu     sync.Mutex
	open   map[int64]chan []byte
}

func startStdio(t *testing.T, up *upstream, path, era string) *stdioServer {
	s := &stdioServer{t: t, cmd: command(t, up, path), era: era, open: map[int64]chan []byte{}}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go s.read(out)
	if era == legacy {
		s.request("initialize", hello)
	}
	return s
}

func (s *stdioServer) read(out io.Reader) {
	r := bufio.NewReaderSize(out, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		var head struct {
			ID int64 `json:"id"`
		}
		if json.Unmarshal(line, &head) != nil {
			continue
		}
		s.mu.Lock()
		ch := s.open[head.ID]
		delete(s.open, head.ID)
		s.mu.Unlock()
		if ch != nil {
			ch <- line
		}
	}
}

func (s *stdioServer) request(method string, p map[string]any) []byte {
	id := s.nextID.Add(1)
	line, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params(s.era, method, p)})
	if err != nil {
		s.t.Fatal(err)
	}
	ch := make(chan []byte, 1)
	s.mu.Lock()
	s.open[id] = ch
	s.mu.Unlock()
	s.write.Lock()
	_, err = s.in.Write(append(line, '\n'))
	s.write.Unlock()
	if err != nil {
		s.t.Fatal(err)
	}
	return <-ch
}

func (s *stdioServer) tool(name string, args map[string]any) string {
	var a struct {
		Result struct {
			StructuredContent struct{ Outcome string } `json:"structuredContent"`
		} `json:"result"`
	}
	if err := json.Unmarshal(s.request("tools/call", map[string]any{"name": name, "arguments": args}), &a); err != nil {
		s.t.Fatal(err)
	}
	return a.Result.StructuredContent.Outcome
}

func (s *stdioServer) call() error {
	return good(s.request("tools/call", map[string]any{"name": "get_api_user", "arguments": map[string]any{"apiUserId": recordID}}))
}

// good tells an answer with a record from any other.
func good(answer []byte) error {
	if !bytes.Contains(answer, []byte("Zapier Sync")) || bytes.Contains(answer, []byte(`"isError":true`)) {
		return fmt.Errorf("a wrong answer: %s", answer)
	}
	return nil
}

func (s *stdioServer) pid() int { return s.cmd.Process.Pid }

func (s *stdioServer) close() {
	_ = s.in.Close()
	_ = s.cmd.Wait()
}

// httpServer is a server on a port.
type httpServer struct {
	t       *testing.T
	cmd     *exec.Cmd
	url     string
	era     string
	session string
	client  *http.Client
	nextID  atomic.Int64
}

func startHTTP(t *testing.T, up *upstream, path, era string) *httpServer {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	args := []string{"http", "--listen", addr}
	if strings.HasSuffix(path, "floor") {
		args = []string{"-http", addr}
	}
	s := &httpServer{t: t, cmd: command(t, up, path, args...), url: "http://" + addr + "/mcp", era: era,
		client: &http.Client{Transport: &http.Transport{MaxIdleConns: 128, MaxIdleConnsPerHost: 128}}}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for {
		if c, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			_ = c.Close()
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if era == legacy {
		s.session = s.open()
	}
	return s
}

func (s *httpServer) post(session, method string, p map[string]any) ([]byte, http.Header, error) {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": s.nextID.Add(1), "method": method, "params": params(s.era, method, p)})
	if err != nil {
		return nil, nil, err
	}
	req, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set("MCP-Protocol-Version", s.era)
	if session != "" {
		req.Header.Set("Mcp-Session-Id", session)
	}
	if s.era == modern {
		req.Header.Set("Mcp-Method", method)
		if name, ok := p["name"].(string); ok {
			req.Header.Set("Mcp-Name", name)
		}
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status + ": " + string(answer))
	}
	return answer, resp.Header, err
}

// open begins a session.
func (s *httpServer) open() string {
	_, h, err := s.post("", "initialize", hello)
	if err != nil {
		s.t.Fatal(err)
	}
	return h.Get("Mcp-Session-Id")
}

// leave ends a session.
func (s *httpServer) leave(session string) {
	req, err := http.NewRequest(http.MethodDelete, s.url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Mcp-Session-Id", session)
	resp, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
}

func (s *httpServer) call() error {
	answer, _, err := s.post(s.session, "tools/call", map[string]any{"name": "get_api_user", "arguments": map[string]any{"apiUserId": recordID}})
	if err != nil {
		return err
	}
	return good(answer)
}

func (s *httpServer) pid() int { return s.cmd.Process.Pid }

func (s *httpServer) close() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}
