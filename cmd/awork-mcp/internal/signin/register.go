package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	redirectPath = "/oauth/callback"
	maxAnswer    = 64 << 10
)

// registration is a client that awork registered for this user and machine. It is
// no secret, and is used for as long as awork takes it.
type registration struct {
	ClientID string `json:"clientId"`
	// RedirectURI has the port that the next sign-in listens on again.
	RedirectURI string `json:"redirectUri"`
}

// redirectForm is one way to write the address on which the browser comes back.
// Which of them awork takes is not documented.
type redirectForm struct {
	host string
	port string // "" for any that is free
}

// redirectForms returns the forms in the order in which they are tried: what
// awork's own program has but for the port, what RFC 8252, section 8.3, asks for,
// and what awork's own program has.
func redirectForms() []redirectForm {
	return []redirectForm{{host: "localhost"}, {host: "127.0.0.1"}, {host: "localhost", port: "8400"}}
}

// errRedirectRefused is returned where awork takes no client with that redirect
// address.
var errRedirectRefused = errors.New("awork refuses the address on which the browser comes back")

// register has awork register a client: RFC 7591, as awork's API reference has it
// at POST /clientapplications/register.
func (e endpoint) register(ctx context.Context, redirectURI string) (registration, error) {
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
		return registration{}, err
	}
	status, answer, err := e.send(ctx, http.MethodPost, "/clientapplications/register", awork.Secret{}, body)
	if err != nil {
		return registration{}, fmt.Errorf("%s can't be asked to register this program: %w", e.host, err)
	}
	if status != http.StatusCreated && status != http.StatusOK {
		return registration{}, e.registrationRefused(status, errorCode(answer))
	}
	var client struct {
		ID string `json:"client_id"`
	}
	if json.Unmarshal(answer, &client) != nil || client.ID == "" || len(client.ID) > 256 ||
		strings.ContainsFunc(client.ID, isNotVisible) {
		return registration{}, fmt.Errorf("%s registered this program without a client id that can be used: "+
			"see whether the API address is right", e.host)
	}
	return registration{client.ID, redirectURI}, nil
}

// registrationRefused describes an answer that registers nothing.
func (e endpoint) registrationRefused(status int, code string) error {
	answer := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", e.host, status, code))
	switch {
	case status == http.StatusBadRequest:
		return fmt.Errorf("%w (%s): use an API key in AWORK_TOKEN instead", errRedirectRefused, answer)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fmt.Errorf("this awork registers programs only with an authorization, which awork-mcp has no way to get "+
			"(%s): use an API key in AWORK_TOKEN instead", answer)
	case status/100 == 4 && status != http.StatusTooManyRequests:
		return fmt.Errorf("awork did not register this program for the sign-in (%s): "+
			"use an API key in AWORK_TOKEN instead", answer)
	}
	return fmt.Errorf("awork can't register this program for the sign-in now (%s): "+
		"try again in a while, or use an API key in AWORK_TOKEN", answer)
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
