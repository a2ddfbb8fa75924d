package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/awork-mcp/awork-mcp/awork"
)

// LoginOptions say how a person is asked.
type LoginOptions struct {
	// Ask brings the address to the person's browser; it does not wait for the
	// answer. An error ends the sign-in.
	Ask func(address string) error
	// NoKeyring stores the tokens in the file even where there is a keyring.
	NoKeyring bool
}

var (
	// errUnknownClient is returned where awork no longer knows the client.
	errUnknownClient = errors.New("awork does not know this program's client any more")
	// errCancelled is returned where the person ended the sign-in.
	errCancelled = errors.New("the sign-in was given up: run `awork-mcp login` to start it again")
)

// Login signs in, which takes until the person has answered in the browser or ctx
// ends, and stores the tokens. It registers a client when there is none yet, when
// its port is taken, when awork does not know it any more, and after a sign-in
// that nobody answered. A sign-in that fails leaves an earlier one as it was.
func (s *Session) Login(ctx context.Context, o LoginOptions) (Status, error) {
	known, err := s.store.registered()
	if err != nil {
		return Status{}, err
	}
	si, err := s.authorize(ctx, known, o)
	if errors.Is(err, errUnknownClient) && known.ClientID != "" {
		si, err = s.authorize(ctx, registration{}, o)
	}
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
	si, file, err := s.store.save(ctx, si)
	if err != nil {
		return Status{}, err
	}
	return s.status(si, file), nil
}

// authorize asks the person once, and exchanges the code for tokens.
func (s *Session) authorize(ctx context.Context, known registration, o LoginOptions) (signIn, error) {
	ln, client, err := s.listen(ctx, known)
	switch {
	case err != nil && isCancelled(ctx):
		return signIn{}, errCancelled
	case err != nil:
		return signIn{}, err
	}
	c := newCallback(rand.Text())
	server := c.serve(ln)
	defer server.stop()
	verifier := oauth2.GenerateVerifier()
	if err := o.Ask(s.endpoint.authorizeURL(client, c.state, verifier)); err != nil {
		return signIn{}, err
	}
	select {
	case r := <-c.answer:
		server.stop()
		return s.redeem(ctx, client, r, verifier)
	case <-ctx.Done():
	}
	if isCancelled(ctx) {
		return signIn{}, errCancelled
	}
	if client == known {
		// Perhaps the browser said that there is no such client: the next sign-in
		// registers a new one.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
		defer cancel()
		if err := s.store.saveRegistration(ctx, registration{}); err != nil {
			return signIn{}, err
		}
	}
	return signIn{}, errors.New("nobody answered in the browser: run `awork-mcp login` again")
}

// listen opens the port of the redirect: that of the client registered before,
// else a free one, for which a client is registered. RFC 8252, section 7.3, has
// servers take any port of a loopback address, but awork does not say that it
// does, and its own program registers a fixed one: so the port is stored with the
// client, and a new client is registered when it is taken.
func (s *Session) listen(ctx context.Context, known registration) (net.Listener, registration, error) {
	var lc net.ListenConfig
	if u, err := url.Parse(known.RedirectURI); err == nil && known.ClientID != "" && u.Port() != "" {
		if ln, err := lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", u.Port())); err == nil {
			return ln, known, nil
		}
	}
	ln, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, registration{}, fmt.Errorf("no port of this machine can be opened for the browser's way back: %w", err)
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	var r registration
	if err == nil {
		r, err = s.endpoint.register(ctx, port)
	}
	if err == nil {
		err = s.store.saveRegistration(ctx, r)
	}
	if err != nil {
		_ = ln.Close()
		return nil, registration{}, err
	}
	return ln, r, nil
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
