package signin

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	// early is how long before its end an access token is no longer given out.
	early = time.Minute
	// young is the age below which a refused access token is not refreshed: awork
	// refuses with the same 401 what its owner may not do, and would be asked for
	// a new token with every such call.
	young = 5 * time.Minute
	// refreshWithin bounds a refresh with all that belongs to it.
	refreshWithin = time.Minute
)

// Token implements [awork.TokenSource]: the stored access token, refreshed when
// it expires within a minute. It follows a sign-in or a sign-out of another
// process at once. Without a sign-in the error is [ErrNotSignedIn].
func (s *Session) Token(ctx context.Context) (awork.Token, error) {
	if token, ok := s.known(); ok {
		return token, nil
	}
	return s.obtain(ctx, awork.Token{})
}

// Renew implements [awork.TokenSource]: where refused is still the stored token
// it is refreshed, once, unless it is only minutes old; else the stored one is
// given.
func (s *Session) Renew(ctx context.Context, refused awork.Token) (awork.Token, error) {
	return s.obtain(ctx, refused)
}

// known is the token as it was read last, if that still holds.
func (s *Session) known() (awork.Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held.file == nil || !lasts(s.held.expires) {
		return awork.Token{}, false
	}
	now, err := os.Stat(s.store.path())
	same := err == nil && os.SameFile(now, s.held.file) && now.ModTime().Equal(s.held.file.ModTime()) && now.Size() == s.held.file.Size()
	return s.held.access, same
}

func lasts(expires time.Time) bool { return expires.IsZero() || time.Until(expires) > early }

// obtain looks into the store and refreshes what is there if need be, once for
// all who wait. One who leaves does not end it for the others: an answer must not
// be lost.
func (s *Session) obtain(ctx context.Context, refused awork.Token) (awork.Token, error) {
	if err := ctx.Err(); err != nil {
		return awork.Token{}, err
	}
	result := s.flight.DoChan(refused.Fingerprint(), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshWithin)
		defer cancel()
		return s.look(ctx, refused)
	})
	select {
	case r := <-result:
		token, _ := r.Val.(awork.Token)
		return token, r.Err
	case <-ctx.Done():
		return awork.Token{}, ctx.Err()
	}
}

func (s *Session) look(ctx context.Context, refused awork.Token) (awork.Token, error) {
	l, file, err := s.store.load(ctx)
	if err != nil {
		return awork.Token{}, err
	}
	if l.place == inFile && isOpen(file) {
		s.log.Warn("other users of this machine may read the sign-in to awork: run chmod 600 on it", "path", s.store.path())
	}
	if token := l.use(refused); !token.IsZero() {
		return s.hold(token, l, file), nil
	}
	unlock, err := s.store.lock(ctx)
	if err != nil {
		return awork.Token{}, err
	}
	defer unlock()
	// Whoever had the lock may have refreshed it.
	if l, file, err = s.store.load(ctx); err != nil {
		return awork.Token{}, err
	}
	if token := l.use(refused); !token.IsZero() {
		return s.hold(token, l, file), nil
	}
	return s.refresh(ctx, l, file, refused)
}

// use is the access token, if it needs no refresh.
func (l login) use(refused awork.Token) awork.Token {
	token, err := awork.ParseToken(l.access.reveal())
	if err != nil || !lasts(l.expires) || token.Equal(refused) && time.Since(l.obtained) > young {
		return awork.Token{}
	}
	return token
}

// refresh gets new tokens for l and stores them, under the lock. The refresh
// token is sent once: after an answer that did not come it may be used up, and to
// send it again can end the whole sign-in on awork's side.
func (s *Session) refresh(ctx context.Context, l login, file os.FileInfo, refused awork.Token) (awork.Token, error) {
	switch {
	case l.refresh.reveal() == "":
		return awork.Token{}, s.signOut(ctx, "the access token is no longer good, and awork gave none to refresh it with")
	case s.isSpent(l.refresh):
		return awork.Token{}, s.signOut(ctx, "its refresh token was used before, and what that brought could not be stored")
	}
	fresh, failed := s.endpoint.renew(ctx, l.clientID, l.refresh)
	if failed != nil {
		return s.notRefreshed(ctx, l, refused, failed)
	}
	token, err := awork.ParseToken(fresh.access.reveal())
	if err != nil {
		return awork.Token{}, s.signOut(ctx, "awork's new access token can't be used")
	}
	if fresh.refresh.reveal() != l.refresh.reveal() {
		s.spend(l.refresh)
	}
	fresh.place = l.place
	kept, written, err := s.store.save(ctx, fresh)
	switch {
	case err != nil:
		s.log.Error("the refreshed sign-in to awork can't be stored: it ends with this access token", "error", err)
		return s.hold(token, fresh, file), nil
	case kept.place != l.place:
		s.log.Warn("the keyring does not take the refreshed sign-in to awork: it is in a file now", "path", s.store.path())
	}
	return s.hold(token, fresh, written), nil
}

// notRefreshed is what follows from a refresh that failed.
func (s *Session) notRefreshed(ctx context.Context, l login, refused awork.Token, failed *failure) (awork.Token, error) {
	switch failed.outcome {
	case denied:
		s.spend(l.refresh)
		return awork.Token{}, s.signOut(ctx, "awork refused to refresh the sign-in ("+failed.message+"): it was revoked, has expired, or its refresh token was used before")
	case unanswered:
		s.spend(l.refresh)
		return awork.Token{}, s.signOut(ctx, "the refresh of the sign-in was sent and "+failed.message+": awork takes a refresh token once, and it may be used up")
	}
	if refused.IsZero() && time.Now().Before(l.expires) {
		return awork.ParseToken(l.access.reveal()) // it still holds for a moment
	}
	return awork.Token{}, fmt.Errorf("the sign-in to awork can't be refreshed now: %s: try again in a while, and run `awork-mcp login` if it stays so", failed.message)
}

// signOut ends the sign-in for a reason that everyone is told who asks for a
// token from now on. The lock must be held.
func (s *Session) signOut(ctx context.Context, reason string) error {
	s.log.Error("signed out of awork", "reason", reason)
	if _, _, err := s.store.save(ctx, login{signedOut: reason}); err != nil {
		return fmt.Errorf("%w (this could not be noted: %w)", notSignedIn(reason), err)
	}
	return notSignedIn(reason)
}

// hold keeps in memory what the store holds.
func (s *Session) hold(token awork.Token, l login, file os.FileInfo) awork.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held{token, l.expires, file}
	return token
}

func (s *Session) spend(refresh secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent = refresh
}

func (s *Session) isSpent(refresh secret) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent.reveal() == refresh.reveal()
}
