package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is one run of the program.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *lines
	stderr *lines
	exited chan struct{}
}

// start runs the program, in an environment that holds nothing but what is given.
func (s *fixture) start(args, env []string) *process { return s.startWith(args, env, nil) }

// startWith also hands each line of stdout to onLine.
func (s *fixture) startWith(args, env []string, onLine func(string)) *process {
	s.t.Helper()
	return s.execute(served, args, env, onLine)
}

func (s *fixture) execute(path string, args, env []string, onLine func(string)) *process {
	s.t.Helper()
	p := &process{
		t: s.t, cmd: exec.Command(path, args...), exited: make(chan struct{}),
		stdout: newLines(onLine), stderr: newLines(nil),
	}
	p.cmd.Dir = s.home
	p.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.home, "XDG_CONFIG_HOME=" + filepath.Join(s.home, ".config"),
		"GORACE=atexit_sleep_ms=0", // else each run with -race ends a second late
	}, env...)
	name := "«" + strings.Join(args, " ") + "»"
	p.cmd.Stdout = io.MultiWriter(noted{s, "stdout of " + name}, p.stdout)
	p.cmd.Stderr = io.MultiWriter(noted{s, "stderr of " + name}, p.stderr)
	p.cmd.WaitDelay = 5 * time.Second
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // ProcessState tells
		p.stdout.close()
		p.stderr.close()
		close(p.exited)
	}()
	s.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exited
		if s.t.Failed() {
			s.t.Logf("stderr of %s:\n%s", name, p.stderr.text())
		}
	})
	return p
}

// run runs the program to its end, with nothing on its stdin.
func (s *fixture) run(args, env []string) (stdout, stderr string, status int) {
	s.t.Helper()
	p := s.execute(binary, args, env, nil)
	_ = p.stdin.Close()
	status = p.wait()
	return p.stdout.text(), p.stderr.text(), status
}

// wait waits for the program's end and gives its exit status.
func (p *process) wait() int {
	p.t.Helper()
	receive(p.t, p.exited, "the end of the program")
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("signal %v: %v", s, err)
	}
}

// logLines gives the lines of stderr, each of which must be a JSON object.
func (p *process) logLines() []map[string]any {
	p.t.Helper()
	var all []map[string]any
	for line := range strings.Lines(p.stderr.text()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			p.t.Errorf("not a JSON line in the log: %q", line)
			continue
		}
		all = append(all, fields)
	}
	return all
}

// noted writes to the fixture's record.
type noted struct {
	s     *fixture
	where string
}

func (n noted) Write(p []byte) (int, error) {
	n.s.note(n.where, p)
	return len(p), nil
}

// lines keeps what was written, and tells of each line.
type lines struct {
	onLine func(string)

	mu      sync.Mutex
	all     bytes.Buffer
	sent    int
	changed chan struct{} // closed, and replaced, by each write
	closed  bool
}

func newLines(onLine func(string)) *lines {
	return &lines{onLine: onLine, changed: make(chan struct{})}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	l.all.Write(p)
	var fresh []string
	for {
		i := bytes.IndexByte(l.all.Bytes()[l.sent:], '\n')
		if i < 0 {
			break
		}
		fresh = append(fresh, string(l.all.Bytes()[l.sent:l.sent+i]))
		l.sent += i + 1
	}
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
	if l.onLine != nil {
		for _, line := range fresh {
			l.onLine(line)
		}
	}
	return len(p), nil
}

// close ends the writing; a line without an end is a line, too.
func (l *lines) close() {
	l.mu.Lock()
	rest := string(l.all.Bytes()[l.sent:])
	l.closed = true
	close(l.changed)
	l.mu.Unlock()
	if rest != "" && l.onLine != nil {
		l.onLine(rest)
	}
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// find waits for a line that fits and gives what it makes of it.
func (l *lines) find(t *testing.T, what string, fit func(line string) (string, bool)) (found string) {
	t.Helper()
	l.await(t, what, func(text string) (ok bool) {
		for line := range strings.Lines(text) {
			if found, ok = fit(line); ok && strings.HasSuffix(line, "\n") {
				return true
			}
		}
		return false
	})
	return found
}

// awaitText waits until a text was written.
func (l *lines) awaitText(t *testing.T, want string) {
	t.Helper()
	l.await(t, want, func(text string) bool { return strings.Contains(text, want) })
}

// await waits until all that was written fits.
func (l *lines) await(t *testing.T, what string, fits func(text string) bool) {
	t.Helper()
	deadline := time.After(waitLimit)
	for {
		l.mu.Lock()
		text, changed, closed := l.all.String(), l.changed, l.closed
		l.mu.Unlock()
		if fits(text) {
			return
		}
		if closed {
			t.Fatalf("%s: not among\n%s", what, text)
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%s: nothing came", what)
		}
	}
}
