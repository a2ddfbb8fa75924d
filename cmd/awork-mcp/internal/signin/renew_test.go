package signin_test

import (
	"sync"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

func TestRenew(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	session, other := s.signedIn(), s.session()
	renew := func(session awork.TokenSource, refused awork.Token) {
		t.Helper()
		s.tokenOf(session.Renew(t.Context(), refused))
	}
	first := mustToken(t, session)
	renew(session, first)
	s.refreshed(0) // it is new: awork refuses what its owner may not do
	s.age(time.Hour, time.Hour)
	renew(session, first)
	s.refreshed(1)
	renew(other, first)
	s.refreshed(1) // the stored token is not the refused one
	renew(other, mustToken(t, session))
	s.refreshed(1)

	s.age(time.Hour, time.Hour)
	refused := s.awork.access()
	var wait sync.WaitGroup
	for _, session := range []awork.TokenSource{session, other, session, other} {
		wait.Go(func() { s.tokenOf(session.Renew(t.Context(), refused)) })
	}
	wait.Wait()
	s.refreshed(2)
}
