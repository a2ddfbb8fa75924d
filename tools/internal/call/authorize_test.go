package call

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// noToken is a source that gives no token.
type noToken struct{ err error }

func (n noToken) Token(context.Context) (awork.Token, error) { return awork.Token{}, n.err }
func (n noToken) Renew(context.Context, awork.Token) (awork.Token, error) {
	return awork.Token{}, n.err
}

// TestAuthorizeWithoutToken: without a token nothing is authorized, whatever the
// change, and the error has the cause.
func TestAuthorizeWithoutToken(t *testing.T) {
	t.Parallel()
	broken := errors.New("the token file is gone")
	limited := &directory.Role{Role: awork.Role{Name: "Limited"}}
	for name, cause := range map[string]error{"none": nil, "an error": broken} {
		for kind, ch := range map[string]Change{"role": {Kind: policy.CreateRole}, "user": {NewRole: limited}} {
			f := open(t, policy.Settings{}, nil)
			f.account = f.accountOf(noToken{cause}, f.box.RoundTripper())
			c := f.call(t.Context(), "tool", "")
			_, grant, err := c.Authorize(t.Context(), ch)
			if grant != nil || !awork.Is(err, awork.KindUnauthenticated) || cause != nil && !errors.Is(err, cause) {
				t.Errorf("%s, %s: %v, %v", name, kind, grant, err)
			}
			if outcome := c.Describe(err).Base().Outcome; outcome != result.Unauthenticated {
				t.Errorf("%s, %s: %s", name, kind, outcome)
			}
			if n := len(f.box.Requests()); n > 0 {
				t.Errorf("%s, %s: %d requests", name, kind, n)
			}
		}
	}
}

// TestAuthorizeEnded: what is confirmed when its call has ended is not written.
func TestAuthorizeEnded(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	ch := f.change(policy.Update, sandbox.ZapierSyncID)
	ch.Question = nil
	incoming, end := context.WithCancel(t.Context())
	c := f.call(incoming, "tool", "")
	end()
	if _, grant, err := c.Authorize(t.Context(), ch); grant != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", grant, err)
	}
}

// lateToken is a source that has a token from the second time on.
type lateToken struct {
	awork.TokenSource
	asked *atomic.Bool
}

func (l lateToken) Token(ctx context.Context) (awork.Token, error) {
	if !l.asked.Swap(true) {
		return awork.Token{}, nil
	}
	return l.TokenSource.Token(ctx)
}

// TestAuthorizeLateToken: who is judged is whose token the write carries, so there is
// no grant without a token at that time.
func TestAuthorizeLateToken(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	late := lateToken{awork.StaticToken(f.token()), new(atomic.Bool)}
	f.account = f.accountOf(late, f.box.RoundTripper())
	c := f.call(t.Context(), "tool", "")
	if _, grant, err := c.Authorize(t.Context(), Change{}); grant != nil || !awork.Is(err, awork.KindUnauthenticated) {
		t.Errorf("%v, %v", grant, err)
	}
}
