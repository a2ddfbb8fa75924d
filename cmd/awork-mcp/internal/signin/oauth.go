package signin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"github.com/awork-mcp/awork-mcp/awork"
)

// requestTimeout bounds one request to awork.
const requestTimeout = 20 * time.Second

// endpoint is awork's authorization server. Its addresses lie under the API's, as
// awork's own programs have it:
// https://developers.awork.com/authentication
type endpoint struct {
	base, host string
	version    string
	client     *http.Client
}

func newEndpoint(base, host, version string) endpoint {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// Requests are few, and net/http sends some again that fail on a reused
	// connection.
	transport.DisableKeepAlives = true
	return endpoint{base: base, host: host, version: version, client: &http.Client{
		Transport:     withUserAgent{transport, strings.TrimSuffix("awork-mcp/"+version, "/")},
		Timeout:       requestTimeout,
		CheckRedirect: refuseRedirect,
	}}
}

// refuseRedirect makes a redirect an answer, and a wrong one: nothing is sent
// elsewhere.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// withUserAgent names the program in each request.
type withUserAgent struct {
	http.RoundTripper
	userAgent string
}

func (t withUserAgent) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", t.userAgent)
	return t.RoundTripper.RoundTrip(r)
}

func (e endpoint) config(r registration) *oauth2.Config {
	return &oauth2.Config{
		ClientID:    r.ClientID,
		RedirectURL: r.RedirectURI,
		Scopes:      []string{"full_access", "offline_access"},
		Endpoint: oauth2.Endpoint{
			AuthURL:  e.base + "/accounts/authorize",
			TokenURL: e.base + "/accounts/token",
			// Finding it out would send a code or token twice.
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// authorizeURL returns the address at which the person signs in.
func (e endpoint) authorizeURL(r registration, state, verifier string) string {
	return e.config(r).AuthCodeURL(state, oauth2.S256ChallengeOption(verifier),
		// awork documents grant_type as a parameter of this address.
		oauth2.SetAuthURLParam("grant_type", "authorization_code"))
}

// exchange returns the tokens for a code and its verifier.
func (e endpoint) exchange(
	ctx context.Context, r registration, code awork.Secret, verifier string,
) (tokens, *grantError) {
	ctx, carried := e.trace(ctx)
	t, err := e.config(r).Exchange(ctx, code.Reveal(), oauth2.VerifierOption(verifier))
	return e.granted(t, err, carried)
}

// refresh returns new tokens for a refresh token, which is sent once.
func (e endpoint) refresh(ctx context.Context, clientID string, refresh awork.Secret) (tokens, *grantError) {
	ctx, carried := e.trace(ctx)
	source := e.config(registration{ClientID: clientID}).TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()})
	t, err := source.Token()
	return e.granted(t, err, carried)
}

// trace has oauth2 use e's client, and notes in carried whether a request was
// given a connection.
func (e endpoint) trace(ctx context.Context) (_ context.Context, carried *atomic.Bool) {
	carried = new(atomic.Bool)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { carried.Store(true) },
	})
	return context.WithValue(ctx, oauth2.HTTPClient, e.client), carried
}

func (e endpoint) granted(t *oauth2.Token, err error, carried *atomic.Bool) (tokens, *grantError) {
	if err != nil {
		return tokens{}, e.classify(err, carried.Load())
	}
	return tokens{
		access: awork.NewSecret(t.AccessToken), refresh: awork.NewSecret(t.RefreshToken),
		// Without their monotonic part, times go on while the machine sleeps.
		obtained: time.Now().UTC().Round(0), expires: t.Expiry.UTC().Round(0),
	}, nil
}

// revoke has awork revoke what the account of that token granted to the client:
// DELETE /accounts/me/authorizedclients/{clientId} in awork's API reference. It
// returns awork's status and error code.
func (e endpoint) revoke(
	ctx context.Context, clientID string, access awork.Secret,
) (status int, code string, err error) {
	path := "/accounts/me/authorizedclients/" + url.PathEscape(clientID)
	status, body, err := e.send(ctx, http.MethodDelete, path, access, nil)
	return status, errorCode(body), err
}

// outcome is what is known of a request that brought no tokens.
type outcome int

const (
	// notSent never reached awork.
	notSent outcome = iota
	// ambiguous may have reached awork: what was sent may be used up.
	ambiguous
	// denied is awork's no.
	denied
	// unavailable is awork, or something before it, that can't say yes or no now:
	// what was sent is still good.
	unavailable
)

// grantError is a request to the token endpoint that brought no tokens. No field
// holds anything that was sent, and of what came only the code of an error.
type grantError struct {
	outcome outcome
	code    string
	message string
}

// isUnknownClient reports whether a code says that awork does not know the client.
func isUnknownClient(code string) bool {
	return code == "invalid_client" || code == "unauthorized_client"
}

// classify describes err. Its text is not passed on but for that of a connection,
// which can hold nothing of the request but its address.
func (e endpoint) classify(err error, carried bool) *grantError {
	var answer *oauth2.RetrieveError
	switch {
	case errors.As(err, &answer):
		code := cleanCode(answer.ErrorCode)
		if code == "" {
			code = errorCode(answer.Body)
		}
		message := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", e.host, answer.Response.StatusCode, code))
		if s := answer.Response.StatusCode; s == http.StatusBadRequest || s == http.StatusUnauthorized || s/100 == 2 {
			return &grantError{denied, code, message}
		}
		return &grantError{unavailable, code, message}
	case carried:
		return &grantError{outcome: ambiguous, message: "the answer of " + e.host + " did not come, or could not be read"}
	default:
		return &grantError{outcome: notSent, message: fmt.Sprintf("%s can't be reached: %v", e.host, err)}
	}
}

// errorCode returns the code of an error in awork's own form, or in OAuth's; ""
// where the body has none.
func errorCode(body []byte) string {
	var e struct {
		Code  string `json:"code"`
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &e) // what is no JSON has no code
	return cleanCode(cmp.Or(e.Code, e.Error))
}

// cleanCode returns code, if it is one: a stranger's words are not passed on.
func cleanCode(code string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	if len(code) > 60 || strings.Trim(code, plain) != "" {
		return ""
	}
	return code
}
