package callerauth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	fetchTimeout = 5 * time.Second
	maxDocument  = 1 << 20
	// keysAge is how long keys are used before the issuer is asked whether it
	// still stands by them.
	keysAge = 15 * time.Minute
	// pause lies between attempts to reach an issuer that can't be reached.
	pause = time.Second
	// rotations is how often in a row an unknown key makes the issuer be asked;
	// anyone can make such a token. One more comes every rotationEvery.
	rotations     = 10
	rotationEvery = 5 * time.Second
)

// keySet is what the issuer signed with at some time.
type keySet struct {
	public  []crypto.PublicKey
	fetched time.Time
}

// keyring has the issuer's keys, as long as it is needed with what it can get.
type keyring struct {
	issuer    string
	client    *http.Client
	log       *slog.Logger
	fetches   singleflight.Group
	rotations *rate.Limiter

	mu      sync.Mutex
	keys    keySet
	failed  time.Time // the last attempt, if it failed
	trouble string    // why, as logged
}

func newKeyring(issuer string, log *slog.Logger) *keyring {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true // requests are few
	return &keyring{
		issuer: issuer,
		client: &http.Client{
			Transport:     documents{transport},
			Timeout:       fetchTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the issuer redirects") },
		},
		log:       log,
		rotations: rate.NewLimiter(rate.Every(rotationEvery), rotations),
	}
}

// current gives the keys. Old ones are asked for again meanwhile, and stay if
// the issuer does not answer.
func (k *keyring) current(ctx context.Context) (keySet, error) {
	k.mu.Lock()
	keys, waiting := k.keys, time.Since(k.failed) < pause
	k.mu.Unlock()
	switch {
	case keys.public == nil && waiting:
		return keySet{}, ErrUnavailable
	case keys.public == nil:
		return k.fetch(ctx)
	case time.Since(keys.fetched) > keysAge && !waiting:
		k.fetches.DoChan("", k.update)
	}
	return keys, nil
}

// newer gives keys after those, or those again if the issuer has been asked too
// often of late.
func (k *keyring) newer(ctx context.Context, than keySet) (keySet, error) {
	k.mu.Lock()
	keys, waiting := k.keys, time.Since(k.failed) < pause
	k.mu.Unlock()
	switch {
	case keys.fetched.After(than.fetched):
		return keys, nil
	case waiting:
		return keySet{}, ErrUnavailable
	case !k.rotations.Allow():
		return keys, nil
	}
	return k.fetch(ctx)
}

// fetch asks the issuer, once for all who wait, and for none of them in
// particular: one that leaves does not spoil it for the others.
func (k *keyring) fetch(ctx context.Context) (keySet, error) {
	select {
	case r := <-k.fetches.DoChan("", k.update):
		if r.Err != nil {
			return keySet{}, ErrUnavailable
		}
		return r.Val.(keySet), nil
	case <-ctx.Done():
		return keySet{}, ErrUnavailable
	}
}

func (k *keyring) update() (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	public, err := k.download(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		k.failed = time.Now()
		if text := err.Error(); text != k.trouble {
			k.trouble = text
			k.log.Error("the OIDC issuer's keys can't be had", "issuer", k.issuer, "error", err)
		}
		return nil, err
	}
	k.keys = keySet{public, time.Now()}
	k.failed, k.trouble = time.Time{}, ""
	return k.keys, nil
}

// download is discovery and what it leads to:
// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
func (k *keyring) download(ctx context.Context) ([]crypto.PublicKey, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, k.client), k.issuer)
	if err != nil {
		return nil, err
	}
	var metadata struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := provider.Claims(&metadata); err != nil {
		return nil, err
	}
	if err := checkURL(metadata.JWKS); err != nil {
		return nil, fmt.Errorf("its jwks_uri: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, metadata.JWKS, nil)
	if err != nil {
		return nil, err
	}
	response, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	var set struct{ Keys []json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		return nil, fmt.Errorf("its keys: %w", err)
	}
	return publicKeys(set.Keys)
}

// publicKeys passes over keys that it does not understand, as it should:
// https://www.rfc-editor.org/rfc/rfc7517#section-5
func publicKeys(set []json.RawMessage) ([]crypto.PublicKey, error) {
	var public []crypto.PublicKey
	for _, data := range set {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(data) != nil || key.Use == "enc" || !key.Valid() {
			continue
		}
		switch p := key.Public().Key.(type) {
		case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
			public = append(public, p)
		}
	}
	if public == nil {
		return nil, errors.New("it has no key that can be used")
	}
	return public, nil
}

// documents takes answers of status 200 only, and bounds them.
type documents struct{ http.RoundTripper }

func (d documents) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("the issuer answers %s", response.Status)
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxDocument), response.Body}
	return response, nil
}

// checkURL refuses plain http, but on loopback.
func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("set an https URL")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return errors.New("set an https URL; plain http is taken on loopback only")
	}
	return nil
}
