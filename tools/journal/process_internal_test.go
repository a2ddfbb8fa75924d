package journal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
)

// A process that has ended since it was listed is gone, and gets no file again.
func TestProcessWithoutAFileIsGone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	if isAlive(path, uuid.New()) {
		t.Error("it is alive")
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) > 0 {
		t.Errorf("made %v, %v", files, err)
	}
}
