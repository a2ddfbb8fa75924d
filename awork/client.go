// Package awork is a client of the awork REST API, for the part that manages the
// API users of a workspace. It knows what awork's answers mean, and it never
// reports more than is known about what a request did:
//
//   - A read fails with an [*Error] whose Kind says what that means for the caller.
//   - A write whose answer never came, or is not awork's, is ambiguous: its effect
//     is read back before anything is reported. See [Client.DeleteAPIUser].
//   - A 404 counts only under an address where GET /me has answered as awork does.
//   - Requests stay within awork's limits; see https://developers.awork.com/rate-limits.
//   - A [Token] or [Secret] prints as "[redacted]", and a token goes to the
//     configured origin alone.
//
// A client is made with [New]. Its parts, from the bottom up: types and errors,
// token, limiter; then send (one request on the wire), attempt (what its answer
// means, and whether it is sent again), read and write; and on these one file for
// each resource of awork's.
//
// The facts it builds on are documented by awork at https://developers.awork.com
// (pages error-handling, rate-limits, pagination, authentication) and in the
// OpenAPI document at https://api.awork.com/openapi/v1.
package awork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultBaseURL is the address of awork's API.
const DefaultBaseURL = "https://api.awork.com/api/v1"

// Config says where the API is and who calls it.
type Config struct {
	// BaseURL is the API's address; DefaultBaseURL where empty. It must be https,
	// or http to a loopback address.
	BaseURL string
	// Tokens gives the token of each request; required.
	Tokens TokenSource
	// Version is the program's, for the User-Agent header.
	Version string
	// Transport carries the requests; nil takes that of NewTransport.
	Transport http.RoundTripper
	// Observe, where not nil, is called for every request with awork's status, 0
	// where no answer came, and how long it took until its headers were there.
	Observe func(status int, took time.Duration)
}

// Client calls the awork API with the token of one [TokenSource]. It holds the
// requests within awork's limits, retries what may be retried, refuses redirects,
// and sends the token to the base URL's origin alone. It is safe for concurrent
// use.
type Client struct {
	base   *url.URL
	tokens TokenSource
	// pinned: tokens gives one token only, and no request is sent with another.
	pinned bool
	// first: its requests go before those of clients that are not, where they wait.
	first     bool
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
	// pendingMe are the GET /me in flight, which a 404 waits for.
	pendingMe *pendingMe
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
		c.Observe = ignoreRequest
	}
	fresh := c.Transport
	if t, ok := c.Transport.(*http.Transport); ok {
		own := t.Clone()
		own.DisableKeepAlives = true
		fresh = own
	}
	return &Client{
		base:           base,
		tokens:         c.Tokens,
		userAgent:      strings.TrimSuffix("awork-mcp/"+c.Version, "/"),
		transport:      c.Transport,
		fresh:          fresh,
		limiter:        newLimiter(),
		observe:        c.Observe,
		answersAsAwork: new(atomic.Bool),
		pendingMe:      new(pendingMe),
	}, nil
}

func ignoreRequest(int, time.Duration) {}

// BaseURL returns the address of the API, without a trailing slash.
func (c *Client) BaseURL() string { return c.base.String() }

// Host returns the host of the API's address.
func (c *Client) Host() string { return c.base.Host }

func parseBaseURL(s string) (*url.URL, error) {
	if s == "" {
		s = DefaultBaseURL
	}
	u, err := url.Parse(strings.TrimRight(s, "/"))
	const example = "give one such as " + DefaultBaseURL
	switch {
	case err != nil:
		// The parser's own error quotes the address, which may hold a password.
		return nil, errors.New("the API address is not a URL: " + example)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the API address must not carry a user, a query or a fragment: " + example)
	case u.Hostname() == "":
		return nil, errors.New("the API address has no host: " + example)
	case !isPort(u.Port()):
		return nil, errors.New("the API address has a port that can't be: " + example)
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	default:
		return nil, fmt.Errorf("the API address must be https (plain http only on loopback), not %s://%s", u.Scheme, u.Host)
	}
}

// isPort reports whether an address can have this port, or none.
func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// NewTransport returns a transport for one host, which honors HTTPS_PROXY and
// NO_PROXY: it holds as many idle connections as calls may run at once, so that
// none is opened anew under load.
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

// TokenNow returns the token that a request would be sent with now. Callers that
// cache what one token shows compare it with [Token.Equal].
func (c *Client) TokenNow(ctx context.Context) (Token, error) { return c.tokens.Token(ctx) }

// Pin returns a client for one call: it has the base URL, the limiter and the
// transport of c, and each of its requests carries t, though the token source may
// change meanwhile. A caller that checked by whose token t is that a write is
// allowed can be sure that no other token carries the write or its read-back.
// Where awork no longer accepts t, a request fails with an [*Error] whose
// NewerToken reports whether the source has another.
//
// Each single write is pinned to the token that it starts with in any case.
func (c *Client) Pin(t Token) *Client {
	pinned := *c
	pinned.tokens, pinned.pinned, pinned.first = pinnedToken{t, c.tokens}, true, true
	return &pinned
}

// Prioritized returns a client whose requests, where they have to wait for awork's
// limits, go before those of c. It is for calls that write, reads included: what
// other callers read must not hold them up. A client that is pinned is prioritized.
func (c *Client) Prioritized() *Client {
	prioritized := *c
	prioritized.first = true
	return &prioritized
}

// WithToken returns a client of the same API, within the same limits, with another
// token, for verifying that a new key is what it should be.
func (c *Client) WithToken(t Token) *Client {
	other := *c
	other.tokens, other.pinned = StaticToken(t), false
	return &other
}

// RateLimit returns how many requests a minute awork allows the workspace, and how
// many of them were left, at its last answer; known is false before there was one.
func (c *Client) RateLimit() (limit, left int, known bool) { return c.limiter.lastMinute() }

// Redact returns JSON text with the value of the token that a request would be
// sent with now redacted, however it is escaped.
func (c *Client) Redact(ctx context.Context, text []byte) []byte {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return text
	}
	return token.redactJSON(text)
}

// HoldsToken reports whether JSON text holds the value of the token that a request
// would be sent with now, however it is escaped.
func (c *Client) HoldsToken(ctx context.Context, text []byte) bool {
	return !bytes.Equal(c.Redact(ctx, text), text)
}
