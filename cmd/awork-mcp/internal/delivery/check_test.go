package delivery_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/delivery"
)

// What happens to the folder after the start, and what Check says of it.
func TestFileCheck(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("permission bits say nothing here, and an open folder can't be moved")
	}
	for name, c := range map[string]struct {
		change func(dir string) error
		says   string // "" where nothing is wrong
	}{
		"nothing":           {func(string) error { return nil }, ""},
		"others may read":   {func(dir string) error { return os.Chmod(dir, 0o755) }, ""},
		"group may write":   {func(dir string) error { return os.Chmod(dir, 0o770) }, "chmod go-w"},
		"others may write":  {func(dir string) error { return os.Chmod(dir, 0o777) }, "chmod go-w"},
		"a sticky folder":   {func(dir string) error { return os.Chmod(dir, 0o777|os.ModeSticky) }, "chmod go-w"},
		"removed":           {os.Remove, "mkdir -m 700"},
		"renamed":           {func(dir string) error { return os.Rename(dir, dir+"-old") }, "mkdir -m 700"},
		"a file in place":   {replace(func(dir string) error { return os.WriteFile(dir, nil, 0o600) }), "at the start"},
		"another in place":  {replace(func(dir string) error { return os.Mkdir(dir, 0o700) }), "at the start"},
		"a link in place":   {replace(func(dir string) error { return os.Symlink(filepath.Dir(dir), dir) }), "at the start"},
		"a link to the old": {replace(func(dir string) error { return os.Symlink(dir+"-old", dir) }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "keys")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			f, err := delivery.NewFile(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Check(t.Context()); err != nil {
				t.Fatalf("before: %v", err)
			}
			if err := c.change(dir); err != nil {
				t.Fatal(err)
			}
			checkSays(t, f.Check(t.Context()), c.says)
			if files, _ := os.ReadDir(dir); len(files) > 0 && name != "a link in place" {
				t.Errorf("Check left %v", files)
			}
		})
	}
}

// replace moves the folder away and puts something in its place.
func replace(put func(dir string) error) func(string) error {
	return func(dir string) error { return errors.Join(os.Rename(dir, dir+"-old"), put(dir)) }
}

func checkSays(t *testing.T, err error, says string) {
	t.Helper()
	if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
		t.Errorf("%v; want %q", err, says)
	}
}

// A folder of another user, who can write to it.
func TestFileCheckOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	dir := t.TempDir()
	f, err := delivery.NewFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	checkSays(t, f.Check(t.Context()), "another user")
}

// A folder that takes no file is found out before a key is made.
func TestFileCheckOfAReadOnlyFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	f, err := delivery.NewFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	checkSays(t, f.Check(t.Context()), "no file can be made")
}

func TestCommandCheck(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no script starts by its first line here")
	}
	script := func(content string, mode os.FileMode) func(string) error {
		return func(path string) error {
			return errors.Join(os.Remove(path), os.WriteFile(path, []byte(content), mode))
		}
	}
	for name, c := range map[string]struct {
		change func(path string) error
		says   string
	}{
		"nothing":          {func(string) error { return nil }, ""},
		"another program":  {script("#!/bin/sh\n", 0o700), ""},
		"with an argument": {script("#! /usr/bin/env sh\n", 0o700), ""},
		"removed":          {os.Remove, "can't be started"},
		"not executable":   {script("#!/bin/sh\n", 0o600), "can't be started"},
		"a folder": {func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) },
			"can't be started"},
		"interpreter is gone":    {script("#!/no/such/sh -e\n", 0o700), "interpreter"},
		"text without an end":    {script("#!/no/such/sh", 0o700), "interpreter"},
		"not a script":           {script(strings.Repeat("x", 1000), 0o700), ""},
		"nothing after the mark": {script("#!\n", 0o700), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "vault")
			if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			d, err := delivery.NewCommand([]string{path})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.change(path); err != nil {
				t.Fatal(err)
			}
			checkSays(t, d.Check(t.Context()), c.says)
		})
	}
}

// startChild starts a process that outlives the program, and waits until it runs.
func startChild() {
	self, err := os.Executable()
	if err != nil {
		os.Exit(5)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), "TEST_VAULT=child")
	out, err := child.StdoutPipe()
	if err != nil || child.Start() != nil {
		os.Exit(5)
	}
	_, _ = bufio.NewReader(out).ReadString('\n')
}

// outlive holds a connection to the test for as long as it or the test lives.
func outlive() {
	conn, err := net.Dial("tcp", os.Getenv("TEST_VAULT_ADDRESS"))
	if err != nil {
		return
	}
	_, _ = os.Stdout.WriteString("ready\n")
	_, _ = conn.Read(make([]byte, 1))
}

// Nothing that the program started outlives the answer, whatever the answer is.
func TestCommandLeavesNothingBehind(t *testing.T) { //nolint:paralleltest // the environment is this process's
	for _, what := range []string{"keep with child", "fail with child", "hang with child"} {
		t.Run(what, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = ln.Close() }()
			d, _ := command(t, what)
			t.Setenv("TEST_VAULT_ADDRESS", ln.Addr().String())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			go func() {
				_, err := d.Deliver(ctx, parcel(t, "zapier"))
				done <- err
			}()
			conn, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if strings.HasPrefix(what, "hang") {
				cancel()
			}
			if err := <-done; (err == nil) != strings.HasPrefix(what, "keep") {
				t.Errorf("delivered: %v", err)
			}
			// It can't be seen that a process has ended, only that its connection has.
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := conn.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the child of the program still runs")
			}
		})
	}
}
