package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns the two ends of a terminal: what a person sees and types,
// and what a program has for it.
func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal can be opened: %v", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return person, program
}

// Who starts the program by hand learns what it waits for, on stderr, and how to
// end it.
func TestOnATerminalItSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	person, program := openTerminal(t)
	cmd := exec.Command(binary, "--sandbox")
	var stdout bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, &stdout, program
	cmd.Env = []string{"HOME=" + t.TempDir()}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	shown := make(chan string, 1)
	go func() {
		var all []byte
		for buf := make([]byte, 4096); ; {
			n, err := person.Read(buf)
			if all = append(all, buf[:n]...); err != nil || strings.Contains(string(all), "--help") {
				shown <- string(all)
				return
			}
		}
	}()
	text := receive(t, shown, "what it waits for")
	if !strings.Contains(text, "waits for an MCP client") || !strings.Contains(text, "Ctrl-C") {
		t.Errorf("shown: %q", text)
	}
	if _, err := person.WriteString("\x04"); err != nil { // Ctrl-D, the end of input
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || stdout.Len() > 0 {
		t.Errorf("its end: %v, %q", err, &stdout)
	}
}
