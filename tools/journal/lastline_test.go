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

// sumOf returns the digest of the last line, as it carries it.
func sumOf(text string) string {
	_, sum, _ := strings.Cut(text[strings.LastIndex(text, `,"sum":"`):], `,"sum":"`)
	return sum[:64]
}
