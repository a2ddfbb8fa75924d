//go:build e2e && unix

package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// output is what a process wrote; it may be read while more comes.
type output struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{} // closed, and replaced, by each write
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.b.Write(p)
	close(o.changed)
	o.changed = make(chan struct{})
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// find waits until the output matches, and gives the first group.
func (o *output) find(t *testing.T, p *process, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(timeout)
	for {
		o.mu.Lock()
		text, changed := o.b.String(), o.changed
		o.mu.Unlock()
		if m := re.FindStringSubmatch(text); m != nil {
			return m[len(m)-1]
		}
		select {
		case <-changed:
		case <-p.exited:
			t.Fatalf("%s ended, and %q was not in its output:\n%s", p.name, pattern, cut(p.stdout.String()+p.stderr.String(), 1500))
		case <-late:
			t.Fatalf("%s: %q did not come:\n%s", p.name, pattern, cut(p.stdout.String()+p.stderr.String(), 1500))
		}
	}
}

// process is a program that runs, with what it launches, until the test ends.
type process struct {
	name           string
	cmd            *exec.Cmd
	stdout, stderr *output
	exited         chan struct{}
}

// start starts a program in a process group of its own, with nothing on stdin
// and an environment that holds only what is given and a home of its own.
func start(t *testing.T, home string, env []string, program string, args ...string) *process {
	t.Helper()
	p := &process{name: filepath.Base(program), cmd: exec.Command(program, args...), stdout: newOutput(), stderr: newOutput(), exited: make(chan struct{})}
	p.cmd.Dir = home
	p.cmd.Env = append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "NO_COLOR=1"}, env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = 2 * time.Second
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // ProcessState tells
		close(p.exited)
	}()
	t.Cleanup(func() { p.end(t) })
	return p
}

// end ends the process and what it left behind.
func (p *process) end(t *testing.T) {
	t.Helper()
	group := -p.cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(5 * time.Second):
		t.Logf("%s did not end when asked to", p.name)
	}
	_ = syscall.Kill(group, syscall.SIGKILL)
	<-p.exited
}

// wait waits for the process's own end and gives its exit status; -1 where it
// took too long and was killed.
func (p *process) wait(t *testing.T, atMost time.Duration) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), atMost)
	defer cancel()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-ctx.Done():
		t.Errorf("%s: no end after %s", p.name, atMost)
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.exited
		return -1
	}
}

// newHome makes a home with a path short enough for sockets below it.
func newHome(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // what was killed may still be writing
		awaitOrphans(t, "what wrote to "+dir, func() bool { return os.RemoveAll(dir) == nil })
	})
	return dir
}

// awaitOrphans waits for the end of processes that are not this one's children. Only
// what they leave shows it.
func awaitOrphans(t *testing.T, name string, ended func() bool) {
	t.Helper()
	for began := time.Now(); !ended(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > timeout {
			t.Errorf("%s did not end", name)
			return
		}
	}
}

// serveHTTP serves MCP over HTTP and gives the address, scheme://host:port.
func serveHTTP(t *testing.T, env []string, args ...string) (string, *process) {
	t.Helper()
	p := start(t, newHome(t), env, binary, append([]string{"http", "--listen", "127.0.0.1:0", "--log-format", "json"}, args...)...)
	return p.stderr.find(t, p, `"streamable":"(http://[^"]+)/mcp"`), p
}

// serveSandbox runs the program's own sandbox and gives its base URL.
func serveSandbox(t *testing.T) string {
	t.Helper()
	p := start(t, newHome(t), nil, binary, "sandbox")
	return p.stdout.find(t, p, `AWORK_BASE_URL=(\S+)`)
}

// against is the environment in which the program works on a sandbox.
func against(baseURL, token string) []string {
	return []string{"AWORK_BASE_URL=" + baseURL, "AWORK_TOKEN=" + token}
}

// lastLine is the last line that holds anything.
func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
