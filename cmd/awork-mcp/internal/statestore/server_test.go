package statestore

import (
	"crypto/rand"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// The client puts a look at a cluster's nodes off by a second, and sleeps so long.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valkey-io/valkey-go.(*call).DelayDo.func1"))
}

// soon bounds waits for what is about to happen; no test waits for it.
const soon = 20 * time.Second

// server is a real server on loopback, with a password.
type server struct {
	t        *testing.T
	program  string
	port     string
	password string
	cmd      *exec.Cmd
}

func newServer(t *testing.T) *server {
	t.Helper()
	for _, program := range []string{"valkey-server", "redis-server"} {
		if path, err := exec.LookPath(program); err == nil {
			s := &server{t: t, program: path, port: freePort(t), password: "canary-" + rand.Text()}
			t.Cleanup(s.stop)
			s.start()
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

// start returns when the server answers.
func (s *server) start() {
	s.t.Helper()
	s.cmd = exec.Command(s.program, "--port", s.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--dir", s.t.TempDir(), "--requirepass", s.password)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(soon); ; time.Sleep(5 * time.Millisecond) {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+s.port); err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal("the server does not start")
		}
	}
}

func (s *server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (s *server) url(scheme string) string {
	return fmt.Sprintf("%s://:%s@127.0.0.1:%s/1", scheme, s.password, s.port)
}

func open(t *testing.T, url string) *Store {
	t.Helper()
	s, err := New(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// silent is a server that takes connections and never answers.
func silent(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return "redis://user:canary@" + ln.Addr().String()
}

func hides(t *testing.T, err error, secret string) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the error shows the password: %v", err)
	}
}
