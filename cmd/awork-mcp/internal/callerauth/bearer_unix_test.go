//go:build unix

package callerauth

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A pipe gives its content once: it is not read again for each request.
func TestBearerFromPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(path, []byte("secret-1"), 0o600) }()
	var out record
	b, err := NewBearer(path, out.log())
	if err != nil || <-written != nil {
		t.Fatal(err)
	}
	authenticated := make(chan error, 2)
	go func() {
		for range 2 {
			_, err := b.Authenticate(t.Context(), "secret-1")
			authenticated <- err
		}
	}()
	for range 2 {
		select {
		case err := <-authenticated:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the pipe is read again")
		}
	}
	if strings.Contains(out.String(), "others may") {
		t.Errorf("the mode of a pipe is warned of: %s", out.String())
	}
}
