package journal_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// The last line is found changed even with a digest made to fit: the file beside the
// journal names the lines' digests.
func TestVerifyTheLastLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	for i := range 3 {
		if err := j.Append(t.Context(), entry(uuid.New(), "result", fmt.Sprint("n", i)), false); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed, _, _ := strings.Cut(strings.Replace(string(text), `"n2"`, `"n9"`, 1), `,"sum":"`+sumOf(string(text)))
	sum := sha256.Sum256([]byte(changed[strings.LastIndexByte(changed, '\n')+1:]))
	write(t, path, fmt.Appendf(nil, "%s,\"sum\":\"%x\"}\n", changed, sum))
	if r, err := journal.Verify("", path); err != nil || r.Fault == nil || r.Fault.Line != 3 {
		t.Errorf("%+v %v", r, err)
	}
}

// Lines of the earlier form, which carry no digest, come before the chain and are
// counted apart.
func TestVerifyEarlierLines(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	earlier := fmt.Appendf(nil, "%s\ngarbage\n%s\n", entry(uuid.New(), "result", "a"), entry(uuid.New(), "result", "b"))
	write(t, path, earlier)
	r, err := journal.Verify("", path)
	if err != nil || r.Fault != nil || r.Earlier != 2 || r.Entries != 0 || r.EndLine != 3 || r.LaterEnd != "" {
		t.Errorf("alone: %+v %v", r, err)
	}
	appendResult(t, open(t, path), "c")
	r, err = journal.Verify("", path)
	if err != nil || r.Fault != nil || r.Earlier != 2 || r.Entries != 1 || r.Torn != 0 || r.EndLine != 4 {
		t.Errorf("before the chain: %+v %v", r, err)
	}
	write(t, path, earlier)
	r, err = journal.Verify("", path)
	if err != nil || r.Fault == nil || r.Fault.Line != 3 || r.Fault.What != "it carries no digest, so it was added or "+
		"changed, or lines after it are missing" {
		t.Errorf("with the chain cut off: %+v %v", r, err)
	}
}

// sumOf returns the digest of the last line, as it carries it.
func sumOf(text string) string {
	_, sum, _ := strings.Cut(text[strings.LastIndex(text, `,"sum":"`):], `,"sum":"`)
	return sum[:64]
}
