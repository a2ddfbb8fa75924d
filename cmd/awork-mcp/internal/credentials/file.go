package credentials

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"

	"github.com/awork-mcp/awork-mcp/awork"
)

const maxTokenFile = 64 << 10

// tokenFile is a token in a file. It is read again when the file changes, and
// when awork refuses the token.
type tokenFile struct {
	path string

	mu    sync.Mutex
	token awork.Token
	// info is the file's, when the token was read.
	info os.FileInfo
}

// openFile reads the file, and warns when others may read it too.
func openFile(path string, log *slog.Logger) (*tokenFile, error) {
	f := &tokenFile{path: path}
	if _, err := f.read(true); err != nil {
		return nil, fmt.Errorf("%w: put the token there, or name another file with --token-file or AWORK_TOKEN_FILE, "+
			"or set AWORK_TOKEN", err)
	}
	if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		log.Warn("other users of this machine may read the token file: run chmod 600 on it", "path", path)
	}
	return f, nil
}

// Token implements [awork.TokenSource].
func (f *tokenFile) Token(context.Context) (awork.Token, error) { return f.read(false) }

// Renew implements [awork.TokenSource].
func (f *tokenFile) Renew(context.Context, awork.Token) (awork.Token, error) { return f.read(true) }

func (f *tokenFile) read(always bool) (awork.Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err != nil {
		return awork.Token{}, fmt.Errorf("the token file can't be read: %w", err)
	}
	if !always && f.isSame(info) {
		return f.token, nil
	}
	file, err := os.Open(f.path)
	if err != nil {
		return awork.Token{}, fmt.Errorf("the token file can't be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxTokenFile+1))
	if err != nil {
		return awork.Token{}, fmt.Errorf("the token file can't be read: %w", err)
	}
	if len(content) > maxTokenFile {
		return awork.Token{}, fmt.Errorf("the token file %s is too long: put the token and nothing else into it", f.path)
	}
	token, err := parseFile(content)
	if err != nil {
		return awork.Token{}, fmt.Errorf("the token file %s: %w", f.path, err)
	}
	f.token, f.info = token, info
	return token, nil
}

// isSame reports whether the file is the one that was read, and unchanged.
func (f *tokenFile) isSame(info os.FileInfo) bool {
	return os.SameFile(info, f.info) && info.ModTime().Equal(f.info.ModTime()) && info.Size() == f.info.Size()
}
