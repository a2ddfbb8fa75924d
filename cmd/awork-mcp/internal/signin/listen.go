package signin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
)

// way is a client with the port on which the browser comes back to it.
type way struct {
	client    registration
	listeners []net.Listener
}

func (w way) close() {
	for _, ln := range w.listeners {
		_ = ln.Close()
	}
}

// reopen returns the way of a client registered before. RFC 8252, section 7.3, has
// servers take any port of a loopback address, but awork does not say that it
// does, and its own program registers a fixed one: so the port is stored with the
// client, and a new client is registered when it is taken.
func reopen(ctx context.Context, known registration) (way, error) {
	u, err := url.Parse(known.RedirectURI)
	if err != nil || known.ClientID == "" || u.Port() == "" {
		return way{}, errors.New("there is no client yet")
	}
	listeners, err := listen(ctx, u.Port())
	return way{known, listeners}, err
}

// open registers a client for the first of the forms that awork takes. It also
// returns the forms after that.
func (e endpoint) open(ctx context.Context, forms []redirectForm) (w way, rest []redirectForm, err error) {
	var refusal error
	for i, form := range forms {
		w, err := e.openAs(ctx, form)
		if err == nil {
			return w, forms[i+1:], nil
		}
		if refusal == nil {
			refusal = err // of what comes later, less is to be expected
		}
		if !errors.Is(err, errRedirectRefused) {
			break
		}
	}
	return way{}, nil, refusal
}

func (e endpoint) openAs(ctx context.Context, form redirectForm) (way, error) {
	listeners, err := listen(ctx, form.port)
	if err != nil {
		return way{}, err
	}
	w := way{listeners: listeners}
	_, port, err := net.SplitHostPort(listeners[0].Addr().String())
	if err == nil {
		w.client, err = e.register(ctx, "http://"+net.JoinHostPort(form.host, port)+redirectPath)
	}
	if err != nil {
		w.close()
		return way{}, err
	}
	return w, nil
}

// listen opens a port of loopback, a free one for "". It opens it for both
// protocols where the machine has both: a browser may take either for localhost,
// and nobody else may have the other.
func listen(ctx context.Context, port string) ([]net.Listener, error) {
	var lc net.ListenConfig
	if port == "" {
		port = "0"
	}
	ln, err := lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, fmt.Errorf("no port of this machine can be opened for the browser to come back to: %w", err)
	}
	listeners := []net.Listener{ln}
	if _, port, err = net.SplitHostPort(ln.Addr().String()); err == nil {
		if ln, err := lc.Listen(ctx, "tcp6", net.JoinHostPort("::1", port)); err == nil {
			listeners = append(listeners, ln)
		}
	}
	return listeners, nil
}
