package awork

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultBaseURL is the address of awork's API.
const DefaultBaseURL = "https://api.awork.com/api/v1"

// Config says where the API is and who calls it.
type Config struct {
	// BaseURL is the API's address; DefaultBaseURL where empty. It must be
	// https, or http to a loopback address.
	BaseURL string
	// Tokens gives the token of each request; required.
	Tokens TokenSource
	// Version is the program's, for the User-Agent header.
	Version string
	// Transport carries the requests; nil takes one tuned for a single host
	// that honours HTTPS_PROXY and NO_PROXY.
	Transport http.RoundTripper
	// Observe, where not nil, is told of every request: awork's status, 0 where no
	// answer came, and how long it took until its headers were there.
	Observe func(status int, took time.Duration)
}

// Client calls the awork API with the token of one [TokenSource]. It keeps the
// requests within awork's limits, retries what may be retried, refuses
// redirects, and sends the token to the base URL's origin alone. It is safe for
// concurrent use.
type Client struct {
	base   *url.URL
	tokens TokenSource
	// pinned: tokens gives one token only, and no request is sent with another.
	pinned    bool
	userAgent string
	transport http.RoundTripper
	// fresh carries what must not be sent on a connection that may be dead
	// already: a POST can't be repeated.
	fresh   http.RoundTripper
	limiter *limiter
	observe func(status int, took time.Duration)
	// answersAsAwork: GET /me has answered as awork does, so a 404 under this
	// address can be believed.
	answersAsAwork *atomic.Bool
}

// New makes a client. It refuses a base URL that is not https (or http on
// loopback), or that carries a user, a query or a fragment.
func New(c Config) (*Client, error) {
	base, err := parseBaseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.Tokens == nil {
		return nil, errors.New("awork: a client needs a token source")
	}
	if c.Transport == nil {
		c.Transport = NewTransport()
	}
	if c.Observe == nil {
		c.Observe = func(int, time.Duration) {}
	}
	fresh := c.Transport
	if t, ok := c.Transport.(*http.Transport); ok {
		own := t.Clone()
		own.DisableKeepAlives = true
		fresh = own
	}
	return &Client{
		fresh:          fresh,
		observe:        c.Observe,
		base:           base,
		tokens:         c.Tokens,
		userAgent:      strings.TrimSuffix("awork-mcp/"+c.Version, "/"),
		transport:      c.Transport,
		limiter:        newLimiter(),
		answersAsAwork: new(atomic.Bool),
	}, nil
}

// BaseURL is the address of the API, without a trailing slash.
func (c *Client) BaseURL() string { return c.base.String() }

// Host is the host of the API's address.
func (c *Client) Host() string { return c.base.Host }

func parseBaseURL(s string) (*url.URL, error) {
	if s == "" {
		s = DefaultBaseURL
	}
	u, err := url.Parse(strings.TrimRight(s, "/"))
	switch {
	case err != nil:
		// The parser's own error quotes the address, which may hold a password.
		return nil, errors.New("the API address is not a URL: give one such as " + DefaultBaseURL)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the API address must not carry a user, a query or a fragment: give one such as " + DefaultBaseURL)
	case u.Hostname() == "":
		return nil, errors.New("the API address has no host: give one such as " + DefaultBaseURL)
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	default:
		return nil, fmt.Errorf("the API address must be https (plain http only on loopback), not %s://%s", u.Scheme, u.Host)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// NewTransport is tuned for one host: as many idle connections as calls may
// run at once, so that none is opened anew under load.
func NewTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 128, 128
	t.IdleConnTimeout = 90 * time.Second
	t.MaxResponseHeaderBytes = 64 << 10
	// A connection that died unnoticed is found out within half a minute, not
	// after the minutes that TCP takes.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second}
	return t
}

// TokenNow is the token that a request would be sent with now. Callers that keep
// what they learnt with one token compare it with [Token.Equal].
func (c *Client) TokenNow(ctx context.Context) (Token, error) { return c.tokens.Token(ctx) }

// RateLimit is how many requests a minute awork allows the workspace, and how
// many of them were left, at its last answer; known is false before it has said.
func (c *Client) RateLimit() (limit, left int, known bool) {
	c.limiter.mu.Lock()
	defer c.limiter.mu.Unlock()
	return c.limiter.limit, c.limiter.left, c.limiter.limit > 0
}
