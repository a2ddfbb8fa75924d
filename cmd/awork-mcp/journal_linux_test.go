package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// withoutSync is set in a child of the tests that becomes the program, whose
// files can't be synced.
const withoutSync = "TEST_WITHOUT_SYNC"

// A journal that can be written and not synced keeps the write from being sent.
// Once it can be synced it goes on, and verifies.
func TestJournalThatCannotBeSynced(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	path := s.file("journal", "")
	deletion := []string{"--journal", path, "call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}
	command := exec.Command(os.Args[0], append([]string{binary}, deletion...)...)
	command.Dir = s.home
	command.Env = append(w.env(s, w.admin), withoutSync+"=1", "HOME="+s.home,
		"XDG_CONFIG_HOME="+filepath.Join(s.home, ".config"))
	out, err := command.CombinedOutput()
	s.note("no sync", out)
	if strings.Contains(string(out), "no filter of system calls") {
		t.Skip(string(out))
	}
	if err == nil || !strings.Contains(string(out), `"outcome": "blocked"`) ||
		!strings.Contains(string(out), "input/output error") {
		t.Errorf("%v: %s", err, out)
	}
	if sent := w.writes(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
	stdout, stderr, status := s.run(deletion, w.env(s, w.admin))
	if status != 0 || strings.Contains(stderr, "unfinished") {
		t.Errorf("once it can be synced: %s%s", stdout, stderr)
	}
	if stdout, stderr, status := s.run([]string{"journal", path, "--verify"}, nil); status != 0 {
		t.Errorf("it does not verify: %s%s", stdout, stderr)
	}
}

// init makes that child the program.
func init() {
	if os.Getenv(withoutSync) == "" {
		return
	}
	runtime.LockOSThread() // the filter is that of a thread
	err := refuseSync()
	if err == nil {
		err = syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, "no filter of system calls:", err)
	os.Exit(1)
}

// refuseSync has the kernel answer EIO to every fsync of this thread and what
// comes of it. See seccomp(2).
func refuseSync() error {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the system call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_FSYNC, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
}
