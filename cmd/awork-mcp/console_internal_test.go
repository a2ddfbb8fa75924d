package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// Text that others wrote never reaches the terminal as it came.
func TestConsoleIsPlain(t *testing.T) {
	t.Parallel()
	const hostile = "hello \x1b]0;x\x07 and \u202e"
	var out, warnings bytes.Buffer
	c := &console{stdout: &out, stderr: &warnings}
	if status := c.fail(errors.New(hostile)); status != exitFailed {
		t.Error(status)
	}
	if status := c.fail(usage(hostile)); status != exitUsage {
		t.Error(status)
	}
	c.warnf("%s", hostile)
	if err := c.printf("%s", hostile); err != nil {
		t.Error(err)
	}
	all := out.String() + warnings.String()
	if strings.ContainsAny(all, "\x1b\x07\u202e") || strings.Count(all, `\x1b]0;x\a and \u202e`) != 4 {
		t.Errorf("%q", all)
	}
}
