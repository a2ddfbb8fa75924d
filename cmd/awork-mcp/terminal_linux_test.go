package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// terminalProcess is one run of the program on a terminal: stdin and stderr are
// the terminal, stdout is a pipe.
type terminalProcess struct {
	*process
	terminal *os.File // the side of the person
	shown    *lines
}

// startOnTerminal runs the program on a terminal.
func (s *fixture) startOnTerminal(args, env []string) *terminalProcess {
	s.t.Helper()
	person, program := openTerminal(s.t)
	p := &terminalProcess{terminal: person, shown: newLines(nil), process: &process{
		t: s.t, cmd: exec.Command(binary, args...), exited: make(chan struct{}), stdout: newLines(nil),
	}}
	p.stderr = p.shown
	name := "«" + strings.Join(args, " ") + "» on a terminal"
	p.cmd.Dir = s.home
	p.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.home, "XDG_CONFIG_HOME=" + filepath.Join(s.home, ".config"),
		"GORACE=atexit_sleep_ms=0",
	}, env...)
	p.cmd.Stdin, p.cmd.Stderr = program, program
	p.cmd.Stdout = io.MultiWriter(noted{s, "stdout of " + name}, p.stdout)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p.cmd.WaitDelay = 5 * time.Second
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	_ = program.Close()
	read := make(chan struct{})
	go func() { // ends when the last holder of the program's side is gone
		_, _ = io.Copy(io.MultiWriter(noted{s, name}, p.shown), person)
		close(read)
	}()
	go func() {
		_ = p.cmd.Wait()
		<-read
		p.stdout.close()
		p.shown.close()
		close(p.exited)
	}()
	s.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exited
		_ = person.Close()
	})
	return p
}

func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there is no terminal to be had: %v", err)
	}
	fd := int(person.Fd())
	n, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return person, program
}

// waitFor waits until text is shown; prompts have no end of line.
func (p *terminalProcess) waitFor(text string) {
	p.t.Helper()
	deadline := time.After(waitLimit)
	for {
		p.shown.mu.Lock()
		shown, changed, closed := p.shown.all.String(), p.shown.changed, p.shown.closed
		p.shown.mu.Unlock()
		if strings.Contains(shown, text) {
			return
		}
		if closed {
			p.t.Fatalf("%q is not among\n%s", text, shown)
		}
		select {
		case <-changed:
		case <-deadline:
			p.t.Fatalf("%q: nothing came but\n%s", text, shown)
		}
	}
}

func (p *terminalProcess) enter(text string) {
	p.t.Helper()
	if _, err := p.terminal.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

func (p *terminalProcess) outcome() (outcome, message string, status int) {
	p.t.Helper()
	status = p.wait()
	var a struct{ Outcome, Message string }
	if err := json.Unmarshal([]byte(p.stdout.text()), &a); err != nil {
		p.t.Fatalf("status %d: %q", status, p.stdout.text())
	}
	return a.Outcome, a.Message, status
}

// On a terminal the program says what it waits for, and how to end it.
func TestStdioOnATerminal(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	p := s.startOnTerminal([]string{"--sandbox"}, nil)
	p.waitFor("waits for an MCP client")
	p.waitFor("Ctrl-C")
	p.enter("\x03")
	if status := p.wait(); status != 0 || p.stdout.text() != "" {
		t.Errorf("status %d, stdout %q", status, p.stdout.text())
	}
}

func TestCallAsksOnATerminal(t *testing.T) {
	t.Parallel()
	one := []string{"delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}
	two := []string{"delete_api_users", `apiUserIds=["` + sandbox.ZapierSyncID + `","` + sandbox.DatevExportID + `"]`}
	for name, c := range map[string]struct {
		call     []string
		prompts  []string
		answers  []string
		outcome  string
		status   int
		settings []string
	}{
		"yes":       {one, []string{"[y/N]"}, []string{"y\r"}, "deleted", 0, nil},
		"no":        {one, []string{"[y/N]"}, []string{"n\r"}, "declined", 1, nil},
		"enter":     {one, []string{"[y/N]"}, []string{"\r"}, "declined", 1, nil},
		"two":       {two, []string{"Type 2", "[y/N]"}, []string{"2\r", "y\r"}, "deleted", 0, nil},
		"wrong":     {two, []string{"Type 2", "[y/N]"}, []string{"3\r", "y\r"}, "declined", 1, nil},
		"strict":    {one, []string{"[y/N]"}, []string{"y\r"}, "deleted", 0, []string{"--confirm=strict"}},
		"human":     {one, []string{"[y/N]"}, []string{"y\r"}, "deleted", 0, []string{"--confirm=human"}},
		"no answer": {one, []string{"[y/N]"}, []string{""}, "declined", 1, []string{"--confirm-timeout=200ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.secret(sandbox.AdminToken)
			p := s.startOnTerminal(append(append([]string{"--sandbox"}, c.settings...), append([]string{"call"}, c.call...)...), nil)
			for i, prompt := range c.prompts {
				p.waitFor(prompt)
				p.enter(c.answers[i])
			}
			if outcome, message, status := p.outcome(); outcome != c.outcome || status != c.status {
				t.Errorf("status %d: %s: %s", status, outcome, message)
			} else if strings.Contains(message, "half a second") {
				t.Errorf("a person's quick answer on the terminal: %s", message)
			}
			if !strings.Contains(p.shown.text(), "Zapier Sync") {
				t.Errorf("the question was %q", p.shown.text())
			}
		})
	}
}

// An interrupted call has failed, as nothing is known of its result.
func TestInterruptedCall(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	p := s.startOnTerminal([]string{"--sandbox", "call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}, nil)
	p.waitFor("[y/N]")
	p.enter("\x03")
	if status := p.wait(); status != 1 || p.stdout.text() != "" || !strings.Contains(p.shown.text(), "interrupted") {
		t.Errorf("status %d, stdout %q, shown %q", status, p.stdout.text(), p.shown.text())
	}
}
