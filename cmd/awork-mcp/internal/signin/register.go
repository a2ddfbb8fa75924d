package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const (
	redirectPath = "/oauth/callback"
	maxAnswer    = 64 << 10
)

// listen opens the port of the redirect: that of the client registered before,
// else a free one, for which a client is registered. RFC 8252, section 7.3, has
// servers take any port of a loopback address, but awork does not say that it
// does, and its own program registers a fixed one: so the port that was once free
// is kept with the client, and a new client is registered when it is taken.
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
		err = s.store.register(ctx, r)
	}
	if err != nil {
		_ = ln.Close()
		return nil, registration{}, err
	}
	return ln, r, nil
}

// register makes awork register a client: RFC 7591, as awork's API reference has
// it at POST /clientapplications/register.
func (e endpoint) register(ctx context.Context, port string) (registration, error) {
	// The address is what RFC 8252, section 8.3, asks for, the name what awork's
	// own program has.
	var r registration
	var refusal error
	for _, host := range []string{"127.0.0.1", "localhost"} {
		r.RedirectURI = "http://" + net.JoinHostPort(host, port) + redirectPath
		status, err := e.registerAs(ctx, &r)
		if err == nil {
			return r, nil
		}
		if refusal == nil {
			refusal = err
		}
		if status != http.StatusBadRequest {
			break
		}
	}
	return registration{}, refusal
}

func (e endpoint) registerAs(ctx context.Context, r *registration) (status int, err error) {
	body, err := json.Marshal(map[string]any{
		"redirect_uris":              []string{r.RedirectURI},
		"client_name":                "awork-mcp",
		"token_endpoint_auth_method": "none",
		"grant_types":                []string{"authorization_code", "refresh_token"},
		"response_types":             []string{"code"},
		"scope":                      "full_access offline_access",
		"application_type":           "native",
		"software_id":                "awork-mcp",
		"software_version":           e.version,
	})
	if err != nil {
		return 0, err
	}
	status, answer, err := e.send(ctx, http.MethodPost, "/clientapplications/register", secret{}, body)
	if err != nil {
		return 0, fmt.Errorf("%s can't be asked to register this program: %w", e.host, err)
	}
	var said struct {
		ClientID string `json:"client_id"`
	}
	switch {
	case status == http.StatusCreated, status == http.StatusOK:
	case status/100 == 4 && status != http.StatusTooManyRequests:
		return status, fmt.Errorf("%s refused to register this program for the sign-in (%d): its workspace may allow no new clients; use an API key in AWORK_TOKEN instead", e.host, status)
	default:
		return status, fmt.Errorf("%s can't register this program for the sign-in now (%d): try again in a while, or use an API key in AWORK_TOKEN", e.host, status)
	}
	if json.Unmarshal(answer, &said) != nil || said.ClientID == "" || len(said.ClientID) > 256 || strings.ContainsFunc(said.ClientID, notVisible) {
		return status, fmt.Errorf("%s registered this program without a client id that can be used: see whether the API address is right", e.host)
	}
	r.ClientID = said.ClientID
	return status, nil
}

func notVisible(r rune) bool { return r < 0x21 || r > 0x7e }

// send is a request to the API itself.
func (e endpoint) send(ctx context.Context, method, path string, token secret, body []byte) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, e.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Accept", "application/json")
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if t := token.reveal(); t != "" {
		request.Header.Set("Authorization", "Bearer "+t)
	}
	response, err := e.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, answer, err
}
