//go:build unix

package delivery

import (
	"os/exec"
	"syscall"
)

// runGroup runs a program in a process group of its own, and ends what is left of
// the group when the program has ended.
func runGroup(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	err := cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the group is mostly empty
	return err
}
