// Package storetest runs a real Valkey or Redis server for tests, on loopback.
package storetest

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// startTimeout bounds the wait for the server to say that it answers.
const startTimeout = 20 * time.Second

// Server is a server with a password.
type Server struct {
	Password string

	t       *testing.T
	program string
	port    string
	cmd     *exec.Cmd
}

// Start starts a server, which ends with the test. Where none is installed, the test
// is skipped.
func Start(t *testing.T) *Server {
	t.Helper()
	for _, program := range []string{"valkey-server", "redis-server"} {
		if path, err := exec.LookPath(program); err == nil {
			s := &Server{t: t, program: path, port: freePort(t), Password: "canary-" + rand.Text()}
			t.Cleanup(s.Stop)
			s.Start()
			return s
		}
	}
	t.Skip("neither valkey-server nor redis-server is installed")
	panic("unreachable")
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

// Start starts the server again after Stop, on the same port, and returns when it
// says that it answers. It remembers nothing.
func (s *Server) Start() {
	s.t.Helper()
	s.cmd = exec.Command(s.program, "--port", s.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--loglevel", "notice", "--logfile", "",
		"--dir", s.t.TempDir(), "--requirepass", s.Password)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	late := time.AfterFunc(startTimeout, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	for log := bufio.NewScanner(out); log.Scan(); {
		if strings.Contains(log.Text(), "Ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
	}
	s.t.Fatal("the server does not start")
}

// Stop kills the server.
func (s *Server) Stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// URL returns the server's address, with the password in it.
func (s *Server) URL(scheme string) string {
	return fmt.Sprintf("%s://:%s@127.0.0.1:%s/1", scheme, s.Password, s.port)
}
