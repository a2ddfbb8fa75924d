package callerauth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
)

const (
	maxFile     = 1 << 20
	minToken    = 16 // characters of a token that can't be guessed
	othersRead  = fs.FileMode(0o004)
	othersWrite = fs.FileMode(0o002)
	groupWrite  = fs.FileMode(0o020)
)

// Bearer authenticates callers by a file of tokens, one caller a line:
//
//	# a comment
//	kR0b9…                       a token with both scopes
//	alice Xh27… apiusers:read    a name, its token, its scopes (comma-separated)
//
// A name may have several tokens, so that they can be changed without a gap. A
// token without a name gets one that does not reveal it and is the same
// wherever the token is used.
type Bearer struct {
	path string
	log  *slog.Logger

	mu      sync.Mutex
	content []byte // as last read, good or bad; nil: not to be read again
	trouble string // why the file can't be read, while it can't
	callers []known
}

// known is a caller and the digest of its token.
type known struct {
	digest [sha256.Size]byte
	Caller
	line  int
	short bool // the token is
}

// NewBearer reads the file. It refuses, and names the line without showing what
// is in it: a line of two or of more than three fields, an unknown scope, a
// token twice, a token that no header can carry; and a file without a caller. It
// warns of short tokens, and of a file that others may read or write.
func NewBearer(path string, log *slog.Logger) (*Bearer, error) {
	b := &Bearer{path: path, log: log}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	content, mode, err := readFile(path)
	if err != nil {
		return nil, err
	}
	b.callers, err = parse(content)
	if err == nil && len(b.callers) == 0 {
		err = errors.New("no caller is in it")
	}
	if err != nil {
		return nil, fmt.Errorf("the file of callers' tokens %s: %w", path, err)
	}
	if mode.IsRegular() {
		b.content = content // a pipe gives its content once
	}
	b.warn(mode)
	return b, nil
}

// warn names what makes the tokens easy to find out or to add to.
func (b *Bearer) warn(mode fs.FileMode) {
	// On Windows the bits say nothing of who may do what.
	if runtime.GOOS != "windows" && mode.IsRegular() && mode.Perm()&(othersRead|othersWrite|groupWrite) != 0 {
		b.log.Warn("others may read or write the file of callers' tokens: chmod 600 it",
			"path", b.path, "mode", mode.Perm().String())
	}
	for _, k := range b.callers {
		if k.short {
			b.log.Warn("a caller's token is easy to guess: make one of 32 characters with `openssl rand -base64 24`",
				"path", b.path, "line", k.line) // no name: where fields are in the wrong order, it is the token
		}
	}
}

// Issuer is none: there is nowhere to send a client for a token.
func (b *Bearer) Issuer() string { return "" }

// Authenticate finds the caller. The file is read again, so that a change counts
// at once; one that can't be used is logged, once, and what was read before it
// stays in force. A file that has become empty revokes all tokens.
func (b *Bearer) Authenticate(_ context.Context, token string) (Caller, error) {
	sent := sha256.Sum256([]byte(token))
	found, caller := 0, Caller{}
	for _, k := range b.current() { // all of them, whichever it is
		if subtle.ConstantTimeCompare(sent[:], k.digest[:]) == 1 {
			found, caller = 1, k.Caller
		}
	}
	if found == 0 {
		return Caller{}, ErrInvalid
	}
	return caller, nil
}

func (b *Bearer) current() []known {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.content == nil {
		return b.callers
	}
	content, mode, err := readFile(b.path)
	if err != nil {
		if b.trouble != err.Error() {
			b.trouble = err.Error()
			b.log.Error("the callers' tokens can't be read: those from before stay in force", "error", err)
		}
		return b.callers
	}
	b.trouble = ""
	if bytes.Equal(content, b.content) {
		return b.callers
	}
	b.content = append([]byte{}, content...)
	callers, err := parse(content)
	switch {
	case err != nil:
		b.log.Error("the callers' tokens were changed and can't be used: those from before stay in force",
			"path", b.path, "error", err)
		return b.callers
	case len(callers) == 0:
		b.log.Error("the file of callers' tokens has no caller any more: nobody is served", "path", b.path)
	default:
		b.log.Info("the callers' tokens have been read anew", "path", b.path, "tokens", len(callers))
	}
	b.callers = callers
	b.warn(mode)
	return b.callers
}

func readFile(path string) (content []byte, mode fs.FileMode, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("the file of callers' tokens can't be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	content, err = io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(content) > maxFile {
		err = errors.New("it is above 1 MiB")
	}
	var info fs.FileInfo
	if err == nil {
		info, err = file.Stat()
	}
	if err != nil {
		return nil, 0, fmt.Errorf("the file of callers' tokens %s can't be read: %w", path, err)
	}
	return content, info.Mode(), nil
}

// parse shows nothing of the content in its errors: where fields are in the
// wrong order, any of them may be the token.
func parse(content []byte) ([]known, error) {
	var callers []known
	lines := map[[sha256.Size]byte]int{}
	named := map[string]bool{} // whether a caller's name was written, and not made of its token
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(string(content), "\ufeff")) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		var token string
		var caller Caller
		switch len(fields) {
		case 1:
			token, caller = fields[0], Caller{Name: pseudonym(fields[0]), Read: true, Write: true}
		case 3:
			var ok bool
			token = fields[1]
			if caller, ok = withScopes(Caller{Name: fields[0]}, strings.Split(fields[2], ",")); !ok {
				return nil, fmt.Errorf("line %d: the third field must be scopes: %s, %s, or both with a comma",
					n, ScopeRead, ScopeWrite)
			}
			if !isName(caller.Name) {
				return nil, fmt.Errorf("line %d: the first field is no name", n)
			}
		default:
			return nil, fmt.Errorf("line %d has %d fields: write a token, or a name, its token and its scopes", n, len(fields))
		}
		if strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
			return nil, fmt.Errorf("line %d: the token has characters that no header can carry", n)
		}
		digest := sha256.Sum256([]byte(token))
		if before, twice := lines[digest]; twice {
			return nil, fmt.Errorf("line %d has the token of line %d", n, before)
		}
		lines[digest] = n
		written := len(fields) > 1
		if before, taken := named[caller.Name]; taken && (!before || !written) {
			return nil, fmt.Errorf("line %d: the caller has the name that another gets by its token", n)
		}
		named[caller.Name] = written
		callers = append(callers, known{digest: digest, Caller: caller, line: n, short: len(token) < minToken})
	}
	return callers, nil
}

// pseudonym is a name for a token's caller from which the token can't be found.
func pseudonym(token string) string {
	sum := sha256.Sum256([]byte("awork-mcp caller\x00" + token))
	return "token-" + hex.EncodeToString(sum[:6])
}
