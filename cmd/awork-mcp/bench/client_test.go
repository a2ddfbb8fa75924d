//go:build bench

package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

const (
	legacy = mcptest.Legacy
	modern = mcptest.Modern
	// startTimeout bounds the wait for a server to listen.
	startTimeout = 20 * time.Second
)

// target is a server that is being called.
type target struct {
	client *mcptest.Client
	cmd    *exec.Cmd
	close  func()
}

func command(t *testing.T, up *upstream, path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"AWORK_TOKEN=sandbox-admin", "AWORK_BASE_URL=" + up.base, "AWORK_MCP_LOG_LEVEL=error",
	}
	return cmd
}

// startStdio starts a server on pipes.
func startStdio(t *testing.T, up *upstream, path string, era mcptest.Era) *target {
	cmd := command(t, up, path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := mcptest.Pipes(t, in, out, mcptest.Options{Era: era})
	return &target{client: client, cmd: cmd, close: func() {
		_ = in.Close()
		_ = cmd.Wait()
	}}
}

// httpServer is a server on a port.
type httpServer struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	http *http.Client
}

func serveHTTP(t *testing.T, up *upstream, path string) *httpServer {
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
	s := &httpServer{t: t, cmd: command(t, up, path, args...), url: "http://" + addr + "/mcp",
		http: &http.Client{Transport: &http.Transport{MaxIdleConns: 128, MaxIdleConnsPerHost: 128}}}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	awaitListening(t, addr)
	return s
}

// awaitListening waits until a server listens. At the level of measurements it logs
// nothing of that, and the floor never does.
func awaitListening(t *testing.T, addr string) {
	t.Helper()
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(5 * time.Millisecond) {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func (s *httpServer) connect(era mcptest.Era) *mcptest.HTTPClient {
	return mcptest.HTTP(s.t, s.http, s.url, mcptest.Options{Era: era})
}

func (s *httpServer) close() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// startHTTP starts a server on a port, and connects to it.
func startHTTP(t *testing.T, up *upstream, path string, era mcptest.Era) *target {
	s := serveHTTP(t, up, path)
	return &target{client: s.connect(era).Client, cmd: s.cmd, close: s.close}
}

func (s *target) pid() int { return s.cmd.Process.Pid }

// call reads the one record.
func (s *target) call() error {
	params := mcptest.ToolCall("get_api_user", map[string]any{"apiUserId": recordID})
	_, answer := s.client.Begin(context.Background(), "tools/call", params)
	r, came := <-answer
	switch {
	case !came:
		return errors.New("no answer")
	case !bytes.Contains(r.Result, []byte("Zapier Sync")) || bytes.Contains(r.Result, []byte(`"isError":true`)):
		return fmt.Errorf("a wrong answer: %+v", r)
	}
	return nil
}
