package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"

	"github.com/awork-mcp/awork-mcp/awork"
)

// cleanUpWithin bounds what is still done after a sign-in was given up.
const cleanUpWithin = 5 * time.Second

// LoginOptions say how a person is asked.
type LoginOptions struct {
	// Ask brings the address to the person's browser; it does not wait for the
	// answer. An error ends the sign-in.
	Ask func(address string) error
	// NoKeyring keeps the tokens in the file even where there is a keyring.
	NoKeyring bool
}

// errUnknownClient is that awork does not know the registered client any more.
var errUnknownClient = errors.New("awork does not know this program's client any more")

// errGivenUp is that the person ended the sign-in.
var errGivenUp = errors.New("the sign-in was given up: run `awork-mcp login` to start it again")

// Login signs in, which takes until the person has answered in the browser or ctx
// ends, and keeps the tokens. A client is registered when there is none yet, when
// its port is taken, when awork does not know it any more, and after a sign-in
// that nobody answered. A sign-in that fails leaves an earlier one as it was.
func (s *Session) Login(ctx context.Context, o LoginOptions) (Status, error) {
	known, err := s.store.registered()
	if err != nil {
		return Status{}, err
	}
	l, err := s.signIn(ctx, known, o)
	if errors.Is(err, errUnknownClient) && known.ClientID != "" {
		l, err = s.signIn(ctx, registration{}, o)
	}
	if err != nil {
		return Status{}, err
	}
	if l.place = inKeyring; o.NoKeyring {
		l.place = inFile
	}
	// The code is spent: what it brought is kept even if the person gives up now.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshWithin)
	defer cancel()
	unlock, err := s.store.lock(ctx)
	if err != nil {
		return Status{}, err
	}
	defer unlock()
	l, file, err := s.store.save(ctx, l)
	if err != nil {
		return Status{}, err
	}
	return s.status(l, file), nil
}

// signIn asks the person once, and gives the code for tokens.
func (s *Session) signIn(ctx context.Context, known registration, o LoginOptions) (login, error) {
	ln, client, err := s.listen(ctx, known)
	switch {
	case err != nil && givenUp(ctx):
		return login{}, errGivenUp
	case err != nil:
		return login{}, err
	}
	c := newCallback(rand.Text())
	stop := c.serve(ln)
	defer stop()
	verifier := oauth2.GenerateVerifier()
	// awork documents grant_type as a parameter of this address.
	address := s.endpoint.config(client).AuthCodeURL(c.state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("grant_type", "authorization_code"))
	if err := o.Ask(address); err != nil {
		return login{}, err
	}
	select {
	case r := <-c.answer:
		stop()
		return s.redeem(ctx, client, r, verifier)
	case <-ctx.Done():
	}
	if givenUp(ctx) {
		return login{}, errGivenUp
	}
	if client == known {
		// Perhaps the browser said that there is no such client: the next sign-in
		// registers a new one.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpWithin)
		defer cancel()
		if err := s.store.register(ctx, registration{}); err != nil {
			return login{}, err
		}
	}
	return login{}, errors.New("nobody answered in the browser: run `awork-mcp login` again")
}

// givenUp is whether the person ended the sign-in, and not its time.
func givenUp(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// redeem makes tokens of what awork sent the browser back with.
func (s *Session) redeem(ctx context.Context, client registration, r redirect, verifier string) (login, error) {
	switch {
	case r.failure == "access_denied":
		return login{}, errors.New("the access was refused in the browser: nothing was changed; run `awork-mcp login` to be asked again")
	case isUnknownClient(r.failure):
		return login{}, fmt.Errorf("%w (%s): run `awork-mcp login` again", errUnknownClient, r.failure)
	case r.failure != "":
		return login{}, fmt.Errorf("awork did not sign you in (%s): run `awork-mcp login` again", r.failure)
	}
	l, failed := s.endpoint.exchange(ctx, client, r.code, verifier)
	switch {
	case failed == nil:
		if _, err := awork.ParseToken(l.access.reveal()); err != nil {
			return login{}, errors.New("awork's access token can't be used: see whether the API address is right")
		}
		return l, nil
	case isUnknownClient(failed.code):
		return login{}, fmt.Errorf("%w (%s): run `awork-mcp login` again", errUnknownClient, failed.message)
	case givenUp(ctx):
		return login{}, errGivenUp
	default:
		return login{}, fmt.Errorf("awork gave no tokens for the sign-in: %s: run `awork-mcp login` again", failed.message)
	}
}
