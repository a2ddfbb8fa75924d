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
// ends, and stores the sign-in of the workspace that the person chose there; an
// earlier one of that workspace is replaced, and those of others stay. It
// registers a client unless one is stored that no sign-in uses any more and whose
// port is free. A sign-in that fails leaves all as it was.
func (s *SignIns) Login(ctx context.Context, o LoginOptions) (*Session, error) {
	if _, err := s.store.records(ctx); err != nil {
		return nil, err
	}
	known, err := s.store.client()
	if err != nil {
		return nil, err
	}
	si, err := s.authorizeKnown(ctx, known, o)
	if err != nil {
		return nil, err
	}
	if si.location = inKeyring; o.NoKeyring {
		si.location = inFile
	}
	// The code is used up: what it brought is stored even if the person leaves now.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	return s.add(ctx, si)
}

// add stores a new sign-in.
func (s *SignIns) add(ctx context.Context, si signIn) (*Session, error) {
	token, err := awork.ParseToken(si.access.Reveal())
	if err != nil {
		return nil, errors.New("awork's access token can't be used: see whether the API address is right")
	}
	if me, err := s.whoAmI(ctx, awork.StaticToken(token)); err == nil {
		si.workspace, si.person = me.Workspace, me.Name()
	}
	records, err := s.store.records(ctx)
	if err == nil {
		_, err = s.identify(ctx, records)
	}
	if err != nil {
		return nil, err
	}
	r, replaced, err := s.replace(ctx, si)
	if err == nil && replaced.ClientID != "" && replaced.ClientID != si.client.ClientID {
		// awork takes back the access of the client that is replaced, if it can.
		_, _, _ = s.endpoint.revoke(ctx, replaced.ClientID, si.access)
	}
	if err != nil {
		return nil, err
	}
	return s.session(r), nil
}

// replace stores a sign-in in place of the one of its workspace. It returns the
// client of that one, which is free for the next sign-in.
func (s *SignIns) replace(ctx context.Context, si signIn) (r *record, replaced registration, err error) {
	lock, err := s.store.lock(ctx)
	if err != nil {
		return nil, replaced, err
	}
	defer func() { _ = lock.Unlock() }()
	if r, err = s.store.recordFor(ctx, si.workspace); err != nil {
		return nil, replaced, err
	}
	replaced = r.stored.client
	if _, _, err = r.save(ctx, si); err != nil {
		return nil, replaced, err
	}
	err = s.store.forgetClient(si.client)
	if replaced.ClientID != si.client.ClientID {
		err = errors.Join(err, s.store.saveClient(replaced))
	}
	return r, replaced, err
}

// authorizeKnown signs in with the known client, else with a new one.
func (s *SignIns) authorizeKnown(ctx context.Context, known registration, o LoginOptions) (signIn, error) {
	w, err := reopen(ctx, known)
	if err != nil {
		return s.authorizeNew(ctx, o)
	}
	si, err := s.authorize(ctx, w, o)
	if errors.Is(err, errUnknownClient) || errors.Is(err, errOtherWay) {
		// The next sign-in would begin with it again, and ask the person twice.
		if err := s.store.forgetClient(known); err != nil {
			return signIn{}, err
		}
		si, err = s.authorizeNew(ctx, o)
	}
	if err == nil || ctx.Err() == nil {
		return si, err
	}
	// It was broken off: perhaps the browser reported that there is no such client, and
	// so would the next time.
	return si, errors.Join(err, s.store.forgetClient(known))
}

// authorizeNew signs in with a new client, whose redirect address takes the first
// form that awork registers and the person does not reject.
func (s *SignIns) authorizeNew(ctx context.Context, o LoginOptions) (signIn, error) {
	forms := redirectForms()
	for {
		w, rest, err := s.endpoint.open(ctx, forms)
		if err != nil {
			if isCancelled(ctx) {
				err = errCancelled
			}
			return signIn{}, err
		}
		si, err := s.authorize(ctx, w, o)
		if !errors.Is(err, errOtherWay) || len(rest) == 0 {
			return si, err
		}
		forms = rest
	}
}

// authorize asks the person once, and exchanges the code for tokens.
func (s *SignIns) authorize(ctx context.Context, w way, o LoginOptions) (signIn, error) {
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
func (s *SignIns) redeem(ctx context.Context, client registration, r redirect, verifier string) (signIn, error) {
	switch {
	case r.failure == "access_denied":
		return signIn{}, fmt.Errorf("the access was refused in the browser (%s): "+
			"nothing was changed; run `awork-mcp login` to be asked again", r.failure)
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
	return signIn{tokens: granted, client: client}, nil
}
