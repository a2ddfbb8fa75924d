package confirm

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// codeLifetime is how long a question that was sent away may be answered.
const codeLifetime = 5 * time.Minute

const (
	nonceSize = 12
	plainSize = 16 // when it was asked and when it expires, in milliseconds
)

// AnswerStore makes an answer good for one time across processes. Use marks key as
// used for ttl; first is whether it was not used before. It must be atomic. Check
// returns an error where Use would fail now.
type AnswerStore interface {
	Use(ctx context.Context, key string, ttl time.Duration) (first bool, err error)
	Check(ctx context.Context) error
}

// sealer seals questions, so that their answers can come back through a client
// that is not trusted, or by way of another process with the same key. What it
// remembers makes an answer good for one time in this process, and lets a refusal
// say what is wrong.
type sealer struct {
	aead     cipher.AEAD
	lifetime time.Duration
	store    AnswerStore
	now      func() time.Time

	mu    sync.Mutex
	asked map[[nonceSize]byte]*question
}

// question is what is remembered of a sealed question until it expires.
type question struct {
	parts   parts
	expires time.Time
	used    bool
}

func newSealer(key []byte, lifetime time.Duration, store AnswerStore) (*sealer, error) {
	if key == nil {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails, see crypto/rand
	}
	if len(key) != 32 {
		return nil, fmt.Errorf("the state key must be 32 bytes, not %d", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &sealer{
		aead:     aead,
		lifetime: lifetime,
		store:    store,
		now:      time.Now,
		asked:    map[[nonceSize]byte]*question{},
	}, nil
}

func (s *sealer) seal(about Binding) string { return s.sealFor(about, s.lifetime) }

// sealFor returns the state of a question: text that carries a nonce and the time
// of expiry, and that opens only beside the same binding.
func (s *sealer) sealFor(about Binding, lifetime time.Duration) string {
	var nonce [nonceSize]byte
	_, _ = rand.Read(nonce[:])
	asked, parts := s.now(), about.parts()
	expires := asked.Add(lifetime)
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, q := range s.asked {
		if asked.After(q.expires) {
			delete(s.asked, n)
		}
	}
	s.asked[nonce] = &question{parts: parts, expires: expires}
	plain := binary.BigEndian.AppendUint64(nil, uint64(asked.UnixMilli()))
	plain = binary.BigEndian.AppendUint64(plain, uint64(expires.UnixMilli()))
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce[:], nonce[:], plain, parts.sum()))
}

// open uses a state up, and returns when its question was asked. The error says
// why it can't be used, in words that complete a sentence, or is a
// [result.RefusalError].
func (s *sealer) open(ctx context.Context, state string, about Binding) (time.Time, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSpace(state))
	if err != nil || len(raw) != nonceSize+plainSize+s.aead.Overhead() {
		return time.Time{}, errors.New("this server did not give it")
	}
	nonce, parts := [nonceSize]byte(raw), about.parts()
	plain, err := s.aead.Open(nil, nonce[:], raw[nonceSize:], parts.sum())
	if err != nil {
		return time.Time{}, s.mismatch(nonce, parts)
	}
	asked := time.UnixMilli(int64(binary.BigEndian.Uint64(plain)))
	expires := time.UnixMilli(int64(binary.BigEndian.Uint64(plain[8:])))
	if s.now().After(expires) {
		return time.Time{}, fmt.Errorf("it has expired: an answer is good for %s", lifetimeWords(expires.Sub(asked)))
	}
	if !s.useHere(nonce, parts, expires) {
		return time.Time{}, errUsed
	}
	return asked, s.useEverywhere(ctx, nonce, expires)
}

var errUsed = errors.New("it was used already: an answer is good for one time")

func lifetimeWords(d time.Duration) string {
	if d == codeLifetime {
		return "five minutes"
	}
	return d.String()
}

// useHere reports whether this process sees an answer for the first time.
func (s *sealer) useHere(nonce [nonceSize]byte, parts parts, expires time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.asked[nonce]
	if q == nil { // another process asked
		q = &question{parts: parts, expires: expires}
		s.asked[nonce] = q
	}
	first := !q.used
	q.used = true
	return first
}

// useEverywhere fails where another process has seen an answer, or that can't be
// found out.
func (s *sealer) useEverywhere(ctx context.Context, nonce [nonceSize]byte, expires time.Time) error {
	if s.store == nil {
		return nil
	}
	first, err := s.store.Use(ctx, base64.RawURLEncoding.EncodeToString(nonce[:]), expires.Sub(s.now())+time.Second)
	switch {
	case err != nil:
		return storeAway()
	case !first:
		return errUsed
	}
	return nil
}

// check fails where an answer could not be used now, so that nobody is asked in vain.
func (s *sealer) check(ctx context.Context) error {
	if s.store != nil && s.store.Check(ctx) != nil {
		return storeAway()
	}
	return nil
}

func storeAway() error {
	return result.Refuse(result.Blocked, "It can't be found out whether an answer was used already: the store of "+
		"used answers (--state-store) can't be reached. Nothing was sent; call again later.")
}

// mismatch says in what the question that was asked differs from the one that an
// answer is given to.
func (s *sealer) mismatch(nonce [nonceSize]byte, about parts) error {
	s.mu.Lock()
	q := s.asked[nonce]
	used := q != nil && q.used
	s.mu.Unlock()
	switch {
	case q == nil:
		return errors.New("this server did not give it for this call, or what it was about has changed since")
	case q.parts.caller != about.caller:
		return errors.New("it was given to another caller")
	case q.parts.workspace != about.workspace:
		return errors.New("it was given for another workspace")
	case q.parts.call != about.call:
		return errors.New("it was given for another call")
	case used: // and what it was about has changed by that
		return errUsed
	case q.parts.records != about.records:
		return errors.New("what it was about has changed since")
	case q.parts.client != about.client:
		return errors.New("the client application is another, or has changed")
	case q.parts.role != about.role:
		return errors.New("what the role may do has changed")
	}
	return errors.New("this server did not give it")
}
