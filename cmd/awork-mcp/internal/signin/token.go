package signin

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	// expirySkew is how long before its end an access token is no longer used.
	expirySkew = time.Minute
	// minRefreshAge is the age below which a refused access token is not refreshed:
	// awork refuses with the same 401 what its owner may not do, and each such call
	// would ask for a new token.
	minRefreshAge = 5 * time.Minute
	// refreshTimeout bounds a refresh with all that belongs to it.
	refreshTimeout = time.Minute
)

// Token implements [awork.TokenSource]. It returns the stored access token, which
// it refreshes when it expires within a minute. It follows a sign-in or a sign-out
// of another process at once. Without a sign-in the error is [ErrNotSignedIn].
func (s *Session) Token(ctx context.Context) (awork.Token, error) {
	if token, ok := s.cached(); ok {
		return token, nil
	}
	return s.loadOrRefresh(ctx, awork.Token{})
}

// Renew implements [awork.TokenSource]. Where refused is still the stored token it
// is refreshed, once, unless it is only minutes old; else the stored one is
// returned.
func (s *Session) Renew(ctx context.Context, refused awork.Token) (awork.Token, error) {
	return s.loadOrRefresh(ctx, refused)
}

// cached returns the token that was read last, if the file is still the same.
func (s *Session) cached() (awork.Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache.file == nil || !isFresh(s.cache.expires) {
		return awork.Token{}, false
	}
	now, err := os.Stat(s.record.path())
	same := err == nil && os.SameFile(now, s.cache.file) &&
		now.ModTime().Equal(s.cache.file.ModTime()) && now.Size() == s.cache.file.Size()
	return s.cache.token, same
}

func isFresh(expires time.Time) bool { return expires.IsZero() || time.Until(expires) > expirySkew }

// loadOrRefresh reads the store and refreshes what is there if need be, once for
// all who wait. One who leaves does not end it for the others: an answer must not
// be lost.
func (s *Session) loadOrRefresh(ctx context.Context, refused awork.Token) (awork.Token, error) {
	if err := ctx.Err(); err != nil {
		return awork.Token{}, err
	}
	result := s.flight.DoChan(refused.Fingerprint(), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		defer cancel()
		return s.loadOrRefreshOnce(ctx, refused)
	})
	select {
	case r := <-result:
		token, _ := r.Val.(awork.Token)
		return token, r.Err
	case <-ctx.Done():
		return awork.Token{}, ctx.Err()
	}
}

func (s *Session) loadOrRefreshOnce(ctx context.Context, refused awork.Token) (awork.Token, error) {
	si, file, err := s.record.load(ctx)
	if err != nil {
		return awork.Token{}, err
	}
	if si.location == inFile && isOpenToOthers(file) {
		s.log.Warn("other users of this machine may read the sign-in to awork: run chmod 600 on it", "path", s.record.path())
	}
	if token := si.usable(refused); !token.IsZero() {
		return s.remember(token, si.expires, file), nil
	}
	lock, err := s.record.store.lock(ctx)
	if err != nil {
		return awork.Token{}, err
	}
	defer func() { _ = lock.Unlock() }()
	// Whoever had the lock may have refreshed it.
	if si, file, err = s.record.load(ctx); err != nil {
		return awork.Token{}, err
	}
	if token := si.usable(refused); !token.IsZero() {
		return s.remember(token, si.expires, file), nil
	}
	return s.refresh(ctx, si, file, refused)
}

// usable returns the access token; zero where it needs a refresh.
func (si signIn) usable(refused awork.Token) awork.Token {
	token, err := awork.ParseToken(si.access.Reveal())
	if err != nil || !isFresh(si.expires) || token.Equal(refused) && time.Since(si.obtained) > minRefreshAge {
		return awork.Token{}
	}
	return token
}

// refresh gets new tokens for si and stores them; the lock must be held. The
// refresh token is sent once: where no answer came it may be used up, and sending
// it again can end the sign-in altogether on awork's side.
func (s *Session) refresh(ctx context.Context, si signIn, file os.FileInfo, refused awork.Token) (awork.Token, error) {
	switch {
	case si.refresh.IsZero():
		return awork.Token{}, s.end(ctx, "the access token is no longer good, and awork gave none to refresh it with")
	case s.isUsed(si.refresh):
		return awork.Token{}, s.end(ctx, "its refresh token was used before, and what that brought could not be stored")
	}
	granted, failed := s.signIns.endpoint.refresh(ctx, si.client.ClientID, si.refresh)
	if failed != nil {
		return s.refreshFailed(ctx, si, refused, failed)
	}
	token, err := awork.ParseToken(granted.access.Reveal())
	if err != nil {
		return awork.Token{}, s.end(ctx, "awork's new access token can't be used")
	}
	if granted.refresh.Reveal() != si.refresh.Reveal() {
		s.markUsed(si.refresh)
	}
	before := si.location
	si.tokens = granted
	stored, written, err := s.record.save(ctx, si)
	switch {
	case err != nil:
		s.log.Error("the refreshed sign-in to awork can't be stored: it ends with this access token", "error", err)
		return s.remember(token, granted.expires, file), nil
	case stored.location != before:
		s.log.Warn("the keyring does not take the refreshed sign-in to awork: it is in a file now", "path", s.record.path())
	}
	return s.remember(token, granted.expires, written), nil
}

// refreshFailed decides what follows from a failed refresh.
func (s *Session) refreshFailed(
	ctx context.Context, si signIn, refused awork.Token, failed *grantError,
) (awork.Token, error) {
	switch failed.outcome {
	case denied:
		s.markUsed(si.refresh)
		return awork.Token{}, s.end(ctx, "awork refused to refresh the sign-in ("+failed.message+
			"): it was revoked, has expired, or its refresh token was used before")
	case ambiguous:
		s.markUsed(si.refresh)
		return awork.Token{}, s.end(ctx, "the refresh of the sign-in was sent and "+failed.message+
			": awork takes a refresh token once, and it may be used up")
	}
	if refused.IsZero() && time.Now().Before(si.expires) {
		return awork.ParseToken(si.access.Reveal()) // it is good for a moment more
	}
	return awork.Token{}, fmt.Errorf("the sign-in to awork can't be refreshed now: %s: "+
		"try again in a while, and run `awork-mcp login` if it stays so", failed.message)
}

// end ends the sign-in for a reason that whoever asks for a token gets from now
// on. The lock must be held.
func (s *Session) end(ctx context.Context, reason string) error {
	s.log.Error("signed out of awork", "reason", reason)
	if err := s.record.end(ctx, reason); err != nil {
		return fmt.Errorf("%w (this could not be stored: %w)", notSignedIn(reason), err)
	}
	return notSignedIn(reason)
}

// remember caches what the store holds.
func (s *Session) remember(token awork.Token, expires time.Time, file os.FileInfo) awork.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache = cache{token, expires, file}
	return token
}

func (s *Session) markUsed(refresh awork.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = refresh
}

func (s *Session) isUsed(refresh awork.Secret) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used.Reveal() == refresh.Reveal()
}
