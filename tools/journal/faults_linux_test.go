package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// fault is a system call that fails.
type fault struct {
	call uint32
	// argument is the one that has to be at least so much, and below another bound if
	// that is not 0.
	argument, least, below uint32
}

// Whatever fails under the journal is reported, so that nothing is sent which it has
// no intent of. What needs no such call goes on.
func TestFaultsAreReported(t *testing.T) {
	t.Parallel()
	open := func(path string) error {
		_, _, err := journal.Open(path)
		return err
	}
	appends := func(sync bool) func(string) error {
		return func(path string) error {
			j, _, err := journal.Open(path)
			if err != nil {
				return err
			}
			return j.Append(context.Background(), entry(uuid.New(), "intent", "new"), sync)
		}
	}
	sync := fault{call: unix.SYS_FSYNC}
	line := fault{unix.SYS_WRITE, 2, 200, 1000} // the file beside it gets less, the test's log more
	for name, c := range map[string]struct {
		left  string // what the journal has before
		mode  os.FileMode
		fault fault
		do    func(path string) error
		fails bool
	}{
		"sync of an intent":      {"", 0o600, sync, appends(true), true},
		"no sync of a result":    {"", 0o600, sync, appends(false), false},
		"no sync of a start":     {"", 0o600, sync, open, false},
		"sync of what was left":  {"intent", 0o600, sync, open, true},
		"write":                  {"", 0o600, line, appends(false), true},
		"write of what was left": {"intent", 0o600, line, open, true},
		"read":                   {"intent", 0o600, fault{unix.SYS_READ, 2, 200, 0}, open, true},
		"read at the end":        {"result", 0o600, fault{call: unix.SYS_PREAD64}, appends(false), true},
		"seek to the start":      {"", 0o600, fault{call: unix.SYS_LSEEK}, open, true},
		"seek to the end":        {"", 0o600, fault{unix.SYS_LSEEK, 2, 2, 0}, appends(false), true},
		"close":                  {"", 0o600, fault{call: unix.SYS_CLOSE}, open, true},
		"permissions unknown":    {"", 0o600, fault{call: unix.SYS_FSTAT}, open, true},
		"permissions to change":  {"", 0o640, fault{call: unix.SYS_FCHMOD}, open, true},
		"permissions to leave":   {"", 0o600, fault{call: unix.SYS_FCHMOD}, open, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "journal")
			text := ""
			if c.left != "" {
				text = string(entry(uuid.New(), c.left, "left")) + "\n"
			}
			write(t, path, []byte(text))
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			err := under(t, c.fault, func() error { return c.do(path) })
			if c.fails && !errors.Is(err, unix.EIO) || !c.fails && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A watch reports that it failed to close what another process left.
func TestFaultsOfAWatchAreReported(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	write(t, path, append(entry(uuid.New(), "intent", "left"), '\n'))
	write(t, path+".process-"+uuid.NewString(), nil)
	err := under(t, fault{call: unix.SYS_FSYNC}, func() error {
		_, err := j.Recover(context.Background())
		return err
	})
	if !errors.Is(err, unix.EIO) {
		t.Errorf("got %v", err)
	}
}

// under calls f on a thread where the kernel answers EIO to a system call. The
// thread ends with it. See seccomp(2).
func under(t *testing.T, c fault, f func() error) error {
	t.Helper()
	var unable error
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unable = refuse(c); unable != nil {
			result <- nil
			return
		}
		result <- f()
	}()
	select {
	case err := <-result:
		if unable != nil {
			t.Skip("no filter of system calls:", unable)
		}
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on for ever")
		return nil
	}
}

func refuse(c fault) error {
	const number, arguments = 0, 16
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: c.call, Jf: 4},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: arguments + 8*c.argument},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: c.least, Jf: 2},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: c.below - 1, Jt: 1}, // of 0 it is the highest
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
}
