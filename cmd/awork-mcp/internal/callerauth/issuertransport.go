package callerauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	fetchTimeout = 5 * time.Second
	maxDocument  = 1 << 20
	// fetchBurst is how often in a row the issuer is asked: anyone can make a token
	// of an unknown key. One more comes every fetchEvery.
	fetchBurst = 20
	fetchEvery = 5 * time.Second
)

// errTooOften says that the issuer has answered so often of late that it is not
// asked again: it would say the same.
var errTooOften = errors.New("the issuer has been asked too often")

// issuerTransport brakes requests to an issuer, and takes documents in JSON only,
// of bounded size, so that whatever else comes fails like a lost connection.
type issuerTransport struct {
	base  http.RoundTripper
	brake *rate.Limiter

	mu   sync.Mutex
	last error // of the last request
}

func newIssuerTransport() *issuerTransport {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.DisableKeepAlives = true // requests are few
	return &issuerTransport{base: base, brake: rate.NewLimiter(rate.Every(fetchEvery), fetchBurst)}
}

func (t *issuerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.brake.Allow() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.last != nil {
			return nil, t.last
		}
		return nil, errTooOften
	}
	response, err := t.fetch(r)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = err
	return response, err
}

func (t *issuerTransport) fetch(r *http.Request) (*http.Response, error) {
	response, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK { // a redirect too
		return nil, fmt.Errorf("the issuer answers %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxDocument:
		return nil, errors.New("the issuer's document is above 1 MiB")
	case !json.Valid(body):
		return nil, errors.New("the issuer's document is not JSON")
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// verifyingKeys passes on a document of keys without those that are for something
// else than signatures: go-oidc takes any. A document without a list of keys fails
// like a lost connection; an empty list revokes all keys.
type verifyingKeys struct{ base http.RoundTripper }

func (v verifyingKeys) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := v.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil || set.Keys == nil {
		return nil, errors.New("the issuer's document has no list of keys")
	}
	set.Keys = slices.DeleteFunc(set.Keys, isForOtherUse)
	body, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// isForOtherUse reports whether a key may not verify signatures:
// https://www.rfc-editor.org/rfc/rfc7517#section-4.2
func isForOtherUse(key json.RawMessage) bool {
	var is struct {
		Use        string   `json:"use"`
		Operations []string `json:"key_ops"`
	}
	_ = json.Unmarshal(key, &is) // go-oidc refuses what is no key
	return is.Use != "" && is.Use != "sig" || is.Operations != nil && !slices.Contains(is.Operations, "verify")
}
