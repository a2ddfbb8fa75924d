package credentials

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

const (
	// verifyTimeout bounds one GET /me.
	verifyTimeout = 10 * time.Second
	// verifyPause is how long after a GET /me that failed no other is sent.
	verifyPause = time.Second
)

// Bound is a source whose tokens are all of one workspace. Whose a token is it asks
// awork for, once for each token, before it returns it: so nothing but GET /me is
// ever sent with a token of another workspace.
type Bound struct {
	tokens    awork.TokenSource
	workspace signin.Selector
	api       awork.Config
	refuse    func(error) error

	mu sync.Mutex
	// token is the one that was verified last, at asked, and err what was wrong.
	token awork.Token
	asked time.Time
	err   error
}

// Bind returns a source of the tokens that are of the workspace. It asks the API
// that api describes. What it returns for a token of another workspace is refuse's
// error for a [*signin.WorkspaceError].
func Bind(tokens awork.TokenSource, workspace signin.Selector, api awork.Config, refuse func(error) error) *Bound {
	return &Bound{tokens: tokens, workspace: workspace, api: api, refuse: refuse}
}

// Token implements [awork.TokenSource].
func (b *Bound) Token(ctx context.Context) (awork.Token, error) {
	token, err := b.current(ctx)
	return b.refused(token, err)
}

// Renew implements [awork.TokenSource].
func (b *Bound) Renew(ctx context.Context, refused awork.Token) (awork.Token, error) {
	token, err := b.tokens.Renew(ctx, refused)
	if err == nil {
		err = b.verify(ctx, token)
	}
	return b.refused(token, err)
}

// Verify returns an error where the token of now is not of the workspace, which is
// a [*signin.WorkspaceError], and where that can't be found out.
func (b *Bound) Verify(ctx context.Context) error {
	_, err := b.current(ctx)
	return err
}

// current returns the verified token of now. One that awork no longer takes is
// renewed first.
func (b *Bound) current(ctx context.Context) (awork.Token, error) {
	token, err := b.tokens.Token(ctx)
	if err != nil {
		return token, err
	}
	err = b.verify(ctx, token)
	if !isUnauthenticated(err) {
		return token, err
	}
	renewed, renewErr := b.tokens.Renew(ctx, token)
	if renewErr != nil || renewed.Equal(token) {
		return token, err
	}
	return renewed, b.verify(ctx, renewed)
}

func (b *Bound) refused(token awork.Token, err error) (awork.Token, error) {
	if errors.As(err, new(*signin.WorkspaceError)) {
		err = b.refuse(err)
	}
	if err != nil {
		return awork.Token{}, err
	}
	return token, nil
}

// verify finds out whose the token is. What is known stays known, and a failure for
// a moment.
func (b *Bound) verify(ctx context.Context, token awork.Token) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	isKnown := b.err == nil || errors.As(b.err, new(*signin.WorkspaceError)) || time.Since(b.asked) < verifyPause
	if token.Equal(b.token) && isKnown {
		return b.err
	}
	err := b.ask(ctx, token)
	if ctx.Err() == nil {
		b.token, b.asked, b.err = token, time.Now(), err
	}
	return err
}

func (b *Bound) ask(ctx context.Context, token awork.Token) error {
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	api := b.api
	api.Tokens = awork.StaticToken(token)
	client, err := awork.New(api)
	if err != nil {
		return err
	}
	me, err := client.Me(ctx)
	if err != nil {
		return err
	}
	return b.workspace.Check(me.Workspace)
}

func isUnauthenticated(err error) bool {
	var e *awork.Error
	return errors.As(err, &e) && e.Kind == awork.KindUnauthenticated
}
