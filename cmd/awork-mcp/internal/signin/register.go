package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	redirectPath = "/oauth/callback"
	maxAnswer    = 64 << 10
)

// registration is the client that awork registered for this user and machine. It
// is no secret, and is used for as long as awork takes it.
type registration struct {
	ClientID string `json:"clientId"`
	// RedirectURI has the port that the next sign-in listens on again.
	RedirectURI string `json:"redirectUri"`
}

// register makes awork register a client: RFC 7591, as awork's API reference has
// it at POST /clientapplications/register.
func (e endpoint) register(ctx context.Context, port string) (registration, error) {
	// The first host is what RFC 8252, section 8.3, asks for, the second what
	// awork's own program has.
	var refusal error
	for _, host := range []string{"127.0.0.1", "localhost"} {
		r, status, err := e.registerAs(ctx, "http://"+net.JoinHostPort(host, port)+redirectPath)
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

func (e endpoint) registerAs(ctx context.Context, redirectURI string) (r registration, status int, err error) {
	body, err := json.Marshal(map[string]any{
		"redirect_uris":              []string{redirectURI},
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
		return r, 0, err
	}
	status, answer, err := e.send(ctx, http.MethodPost, "/clientapplications/register", awork.Secret{}, body)
	if err != nil {
		return r, 0, fmt.Errorf("%s can't be asked to register this program: %w", e.host, err)
	}
	switch {
	case status == http.StatusCreated, status == http.StatusOK:
	case status/100 == 4 && status != http.StatusTooManyRequests:
		return r, status, fmt.Errorf("%s refused to register this program for the sign-in (%d): "+
			"its workspace may allow no new clients; use an API key in AWORK_TOKEN instead", e.host, status)
	default:
		return r, status, fmt.Errorf("%s can't register this program for the sign-in now (%d): "+
			"try again in a while, or use an API key in AWORK_TOKEN", e.host, status)
	}
	var client struct {
		ID string `json:"client_id"`
	}
	if json.Unmarshal(answer, &client) != nil || client.ID == "" || len(client.ID) > 256 ||
		strings.ContainsFunc(client.ID, isNotVisible) {
		return r, status, fmt.Errorf("%s registered this program without a client id that can be used: "+
			"see whether the API address is right", e.host)
	}
	return registration{client.ID, redirectURI}, status, nil
}

func isNotVisible(r rune) bool { return r < 0x21 || r > 0x7e }

// send sends a request to the API itself.
func (e endpoint) send(
	ctx context.Context, method, path string, token awork.Secret, body []byte,
) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, e.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Accept", "application/json")
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if !token.IsZero() {
		request.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	response, err := e.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, answer, err
}
