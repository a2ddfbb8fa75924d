package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/oauth2"

	"github.com/awork-mcp/awork-mcp/awork"
)

// LoginOptions say how a person is asked.
type LoginOptions struct {
	// Ask shows the address at which the person signs in, and the one on which the
	// browser comes back; it does not wait for the answer. An error ends the
	// sign-in. It is called again when there is another address.
	Ask func(address, comesBackTo string) error
	// Lines, where not nil, brings what the person types meanwhile: the address on
	// which a browser on another machine ended, or an empty line, which asks for
	// another redirect address because the browser showed an error.
	Lines <-chan string
	// Explain is called with what to say about such a line; required with Lines.
	Explain func(message string)
	// NoKeyring stores the tokens in the file even where there is a keyring.
	NoKeyring bool
}

var (
	// errUnknownClient is returned where awork no longer knows the client.
	errUnknownClient = errors.New("awork does not know this program's client any more")
	// errCancelled is returned where the person ended the sign-in.
	errCancelled = errors.New("the sign-in was given up: run `awork-mcp login` to start it again")
	// errOtherWay is returned where the person wants another redirect address.
	errOtherWay = errors.New("the browser showed an error with each redirect address: " +
		"use an API key in AWORK_TOKEN instead")
)

// Login signs in, which takes until the person has answered in the browser or ctx
// ends, and stores the tokens. It registers a client unless one is stored with
// which a sign-in succeeded and whose port is free; one that awork no longer knows
// is replaced. A sign-in that fails leaves an earlier one as it was.
func (s *Session) Login(ctx context.Context, o LoginOptions) (Status, error) {
	known, err := s.store.registered()
	if err != nil {
		return Status{}, err
	}
	si, client, err := s.authorizeKnown(ctx, known, o)
	if err != nil {
		return Status{}, err
	}
	if si.location = inKeyring; o.NoKeyring {
		si.location = inFile
	}
	// The code is used up: what it brought is stored even if the person leaves now.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	lock, err := s.store.lock(ctx)
	if err != nil {
		return Status{}, err
	}
	defer func() { _ = lock.Unlock() }()
	si, file, err := s.store.saveWithClient(ctx, si, client)
	if err != nil {
		return Status{}, err
	}
	return s.status(si, file), nil
}

// authorizeKnown signs in with the known client, else with a new one.
func (s *Session) authorizeKnown(
	ctx context.Context, known registration, o LoginOptions,
) (signIn, registration, error) {
	w, err := reopen(ctx, known)
	if err != nil {
		return s.authorizeNew(ctx, o)
	}
	si, err := s.authorize(ctx, w, o)
	switch {
	case err == nil:
		return si, known, nil
	case errors.Is(err, errUnknownClient), errors.Is(err, errOtherWay):
		return s.authorizeNew(ctx, o)
	}
	return signIn{}, known, errors.Join(err, s.forgetUnproven(ctx, known))
}

// forgetUnproven forgets the client after a sign-in that was broken off: perhaps
// the browser said that there is no such client, and so would the next time. It
// stays where the person left a client that works for the present sign-in.
func (s *Session) forgetUnproven(ctx context.Context, known registration) error {
	if ctx.Err() == nil {
		return nil
	}
	if si, _, err := s.store.readFile(); err == nil && isCancelled(ctx) && si.clientID == known.ClientID {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	return s.store.forgetClient(ctx)
}

// authorizeNew signs in with a new client, whose redirect address takes the first
// form that awork registers and the person does not reject.
func (s *Session) authorizeNew(ctx context.Context, o LoginOptions) (signIn, registration, error) {
	forms := redirectForms()
	for {
		w, rest, err := s.endpoint.open(ctx, forms)
		if err != nil {
			if isCancelled(ctx) {
				err = errCancelled
			}
			return signIn{}, registration{}, err
		}
		si, err := s.authorize(ctx, w, o)
		if !errors.Is(err, errOtherWay) || len(rest) == 0 {
			return si, w.client, err
		}
		forms = rest
	}
}

// authorize asks the person once, and exchanges the code for tokens.
func (s *Session) authorize(ctx context.Context, w way, o LoginOptions) (signIn, error) {
	c := newCallback(rand.Text())
	server := c.serve(w.listeners)
	defer server.stop()
	verifier := oauth2.GenerateVerifier()
	if err := o.Ask(s.endpoint.authorizeURL(w.client, c.state, verifier), w.client.RedirectURI); err != nil {
		return signIn{}, err
	}
	r, err := c.wait(ctx, o)
	if err != nil {
		return signIn{}, err
	}
	server.stop()
	return s.redeem(ctx, w.client, r, verifier)
}

// wait returns what awork sent the browser back with, to this machine or by the
// person's hands.
func (c *callback) wait(ctx context.Context, o LoginOptions) (redirect, error) {
	lines := o.Lines
	for {
		select {
		case r := <-c.answer:
			return r, nil
		case <-ctx.Done():
			if isCancelled(ctx) {
				return redirect{}, errCancelled
			}
			return redirect{}, errors.New("nobody answered in the browser: run `awork-mcp login` again")
		case line, ok := <-lines:
			switch {
			case !ok:
				lines = nil
			case line == "":
				return redirect{}, errOtherWay
			case !c.paste(line):
				o.Explain("That is not the address on which this sign-in ends: copy all of it " +
					"from the browser's address bar, after you have answered there.")
			}
		}
	}
}

// isCancelled reports whether the person ended the sign-in, and not its time.
func isCancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// redeem exchanges what awork sent the browser back with for tokens.
func (s *Session) redeem(ctx context.Context, client registration, r redirect, verifier string) (signIn, error) {
	switch {
	case r.failure == "access_denied":
		return signIn{}, errors.New("the access was refused in the browser: " +
			"nothing was changed; run `awork-mcp login` to be asked again")
	case isUnknownClient(r.failure):
		return signIn{}, fmt.Errorf("%w (%s): run `awork-mcp login` again", errUnknownClient, r.failure)
	case r.failure != "":
		return signIn{}, fmt.Errorf("awork did not sign you in (%s): run `awork-mcp login` again", r.failure)
	}
	granted, failed := s.endpoint.exchange(ctx, client, r.code, verifier)
	switch {
	case failed == nil:
	case isUnknownClient(failed.code):
		return signIn{}, fmt.Errorf("%w (%s): run `awork-mcp login` again", errUnknownClient, failed.message)
	case isCancelled(ctx):
		return signIn{}, errCancelled
	default:
		return signIn{}, fmt.Errorf("awork gave no tokens for the sign-in: %s: run `awork-mcp login` again", failed.message)
	}
	if _, err := awork.ParseToken(granted.access.Reveal()); err != nil {
		return signIn{}, errors.New("awork's access token can't be used: see whether the API address is right")
	}
	return signIn{tokens: granted, clientID: client.ClientID}, nil
}
