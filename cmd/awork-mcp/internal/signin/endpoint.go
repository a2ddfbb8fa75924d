package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
)

// answerWithin bounds one request to awork.
const answerWithin = 20 * time.Second

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
	// Requests are few; and none is sent again by itself, as one on a connection
	// that was kept may be.
	transport.DisableKeepAlives = true
	return endpoint{base: base, host: host, version: version, client: &http.Client{
		Transport: named{transport, strings.TrimSuffix("awork-mcp/"+version, "/")},
		Timeout:   answerWithin,
		// A redirect is an answer, and a wrong one: nothing is sent elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// named says in each request who sends it.
type named struct {
	http.RoundTripper
	userAgent string
}

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", n.userAgent)
	return n.RoundTripper.RoundTrip(r)
}

func (e endpoint) config(r registration) *oauth2.Config {
	return &oauth2.Config{
		ClientID:    r.ClientID,
		RedirectURL: r.RedirectURI,
		Scopes:      []string{"full_access", "offline_access"},
		Endpoint: oauth2.Endpoint{
			AuthURL:  e.base + "/accounts/authorize",
			TokenURL: e.base + "/accounts/token",
			// Not found out by trying: that would send a code or token twice.
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// exchange gives a code and its verifier for tokens.
func (e endpoint) exchange(ctx context.Context, r registration, code secret, verifier string) (login, *failure) {
	return e.grant(ctx, r, func(ctx context.Context) (*oauth2.Token, error) {
		return e.config(r).Exchange(ctx, code.reveal(), oauth2.VerifierOption(verifier))
	})
}

// renew gives a refresh token for new tokens. It is sent once.
func (e endpoint) renew(ctx context.Context, clientID string, refresh secret) (login, *failure) {
	r := registration{ClientID: clientID}
	return e.grant(ctx, r, func(ctx context.Context) (*oauth2.Token, error) {
		return e.config(r).TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.reveal()}).Token()
	})
}

func (e endpoint) grant(ctx context.Context, r registration, ask func(context.Context) (*oauth2.Token, error)) (login, *failure) {
	var carried atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { carried.Store(true) }})
	t, err := ask(context.WithValue(ctx, oauth2.HTTPClient, e.client))
	if err != nil {
		return login{}, e.failed(err, carried.Load())
	}
	// Without their monotonic part, times go on while the machine sleeps.
	return login{clientID: r.ClientID, access: hide(t.AccessToken), refresh: hide(t.RefreshToken),
		obtained: time.Now().UTC().Round(0), expires: t.Expiry.UTC().Round(0)}, nil
}

// outcome is what is known of a request that brought no tokens.
type outcome int

const (
	// notCarried never reached awork.
	notCarried outcome = iota
	// unanswered may have reached awork: what was sent may be used up.
	unanswered
	// denied is awork's no.
	denied
	// failing is awork or something before it that can't say yes or no now, so
	// that what was sent is good still.
	failing
)

// failure is a request to the token endpoint that brought no tokens. No field
// holds anything that was sent, and of what came only the code of an error.
type failure struct {
	outcome outcome
	code    string
	message string
}

// isUnknownClient is whether a code says that awork does not know the client.
func isUnknownClient(code string) bool {
	return code == "invalid_client" || code == "unauthorized_client"
}

// failed says what err means. Its text is not passed on but for that of a
// connection, which can hold nothing of the request but its address.
func (e endpoint) failed(err error, carried bool) *failure {
	var answer *oauth2.RetrieveError
	switch {
	case errors.As(err, &answer):
		code := answer.ErrorCode
		if code == "" {
			code = aworkCode(answer.Body)
		}
		code = plainCode(code)
		f := &failure{failing, code, fmt.Sprintf("%s answered %d %s", e.host, answer.Response.StatusCode, code)}
		if s := answer.Response.StatusCode; s == http.StatusBadRequest || s == http.StatusUnauthorized || s/100 == 2 {
			f.outcome = denied
		}
		f.message = strings.TrimSpace(f.message)
		return f
	case carried:
		return &failure{outcome: unanswered, message: "the answer of " + e.host + " did not come, or could not be read"}
	default:
		return &failure{outcome: notCarried, message: fmt.Sprintf("%s can't be reached: %v", e.host, err)}
	}
}

// aworkCode is the code of an error in awork's own form.
func aworkCode(body []byte) string {
	var said struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(body, &said) // what is no JSON has no code
	return said.Code
}

// plainCode is code, if it is one: words of a stranger are not passed on.
func plainCode(code string) string {
	if len(code) > 60 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") != "" {
		return ""
	}
	return code
}
