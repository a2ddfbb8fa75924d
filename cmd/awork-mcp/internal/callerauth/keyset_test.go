package callerauth

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A new key is found when the first token comes that it signed; the old one is
// then as good as the issuer says.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	synctest.Test(t, func(t *testing.T) {
		var out record
		o := i.auth(&out)
		old := i.token(nil)
		if _, err := o.Authenticate(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // go-oidc takes the fetched keys up after it has answered
		if i.found != 1 || i.asked != 1 {
			t.Errorf("asked %d times for the configuration, %d times for keys", i.found, i.asked)
		}
		i.set(func() { i.key = newKey(t, "second") })
		if _, err := o.Authenticate(t.Context(), old); err != nil {
			t.Errorf("before the new key is known: %v", err)
		}
		if _, err := o.Authenticate(t.Context(), i.token(nil)); err != nil {
			t.Errorf("the new key: %v", err)
		}
		synctest.Wait()
		if _, err := o.Authenticate(t.Context(), old); !errors.Is(err, ErrInvalid) {
			t.Errorf("the key that was taken back: %v", err)
		}
	})
}

// renewNow has the next token renew the keys.
func (k *keySet) renewNow() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.renew = time.Time{}
}

// A key that the issuer has taken back is good no more after a while, also if
// nobody comes with a new one; where the issuer can't be asked, it stays good.
func TestKeysAreRenewed(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	var out record
	o := i.auth(&out)
	old := i.token(nil)
	if _, err := o.Authenticate(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	i.set(func() { i.key = newKey(t, "second") })
	o.keys.renewNow()
	if _, err := o.Authenticate(t.Context(), old); !errors.Is(err, ErrInvalid) {
		t.Errorf("the key that was taken back: %v", err)
	}
}

// Anyone can make tokens of unknown keys: the issuer is not asked for each.
func TestUnknownKeysDoNotFloodTheIssuer(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	var out record
	o := i.auth(&out)
	forged := i.sign(jose.SigningKey{Algorithm: jose.ES256, Key: newKey(t, "forged")}, nil)
	for range 100 {
		if _, err := o.Authenticate(t.Context(), forged); !errors.Is(err, ErrInvalid) {
			t.Fatal(err)
		}
	}
	if i.asked > fetchBurst+1 {
		t.Errorf("asked %d times", i.asked)
	}
	if _, err := o.Authenticate(t.Context(), i.token(nil)); err != nil {
		t.Errorf("a good token: %v", err)
	}
}

func TestIssuerUnreachable(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.set(func() { i.down = true })
	var out record
	o := i.auth(&out)
	token := i.token(nil)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := o.Authenticate(t.Context(), token); !errors.Is(err, ErrUnavailable) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if next := time.Until(o.keys.renew); next > retryFirst {
		t.Errorf("without keys the issuer is asked again after %s", next)
	}
	i.set(func() { i.down = false })
	if _, err := o.Authenticate(t.Context(), token); !errors.Is(err, ErrUnavailable) {
		t.Errorf("right after that: %v", err)
	}
	o.keys.renewNow()
	if _, err := o.Authenticate(t.Context(), token); err != nil {
		t.Errorf("it is back: %v", err)
	}

	// Later, what is known suffices for what it has signed.
	i.set(func() { i.down = true; i.key = newKey(t, "second") })
	if _, err := o.Authenticate(t.Context(), token); err != nil {
		t.Errorf("a known key: %v", err)
	}
	o.keys.renewNow()
	if _, err := o.Authenticate(t.Context(), token); err != nil {
		t.Errorf("a known key that can't be renewed: %v", err)
	}
	if next := time.Until(o.keys.renew); next < retryRenewal/2 || next > retryRenewal {
		t.Errorf("with keys the issuer is asked again after %s", next)
	}
	for range 2 {
		if _, err := o.Authenticate(t.Context(), i.token(nil)); !errors.Is(err, ErrUnavailable) {
			t.Errorf("an unknown key: %v", err)
		}
	}
	i.set(func() { i.down = false })
	if _, err := o.Authenticate(t.Context(), i.token(nil)); err != nil {
		t.Errorf("it is back again: %v", err)
	}
	if s := out.String(); strings.Count(s, "can't be fetched") != 3 || strings.Contains(s, token) {
		t.Error(s)
	}
}

// What is wrong with the issuer's documents is the issuer's trouble, not the
// token's.
func TestIssuerTrouble(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(i *issuer){
		"no list of keys": func(i *issuer) { i.document["jwks_uri"] = i.URL + "/.well-known/openid-configuration" },
		"another issuer":  func(i *issuer) { i.document["issuer"] = "https://evil.example" },
		"plain http keys": func(i *issuer) { i.document["jwks_uri"] = "http://keys.example/" },
		"no keys":         func(i *issuer) { i.document["jwks_uri"] = nil },
		"missing keys":    func(i *issuer) { i.document["jwks_uri"] = i.URL + "/none" },
		"a broken key":    func(i *issuer) { i.extra = append(i.extra, "nonsense") },
		"a redirect": func(i *issuer) {
			away := httptest.NewServer(http.RedirectHandler(i.URL+"/keys", http.StatusFound))
			i.t.Cleanup(away.Close)
			i.document["jwks_uri"] = away.URL
		},
		"moved":    func(i *issuer) { i.moved = i.URL + "/moved" },
		"too much": func(i *issuer) { i.extra = append(i.extra, strings.Repeat("x", maxDocument)) },
	} {
		i := newIssuer(t)
		token := i.token(nil)
		i.set(func() { i.down = true }) // at start
		var out record
		o := i.auth(&out)
		i.set(func() { i.down = false })
		change(i)
		if _, err := o.Authenticate(t.Context(), token); !errors.Is(err, ErrUnavailable) ||
			!strings.Contains(out.String(), "can't be fetched") {
			t.Errorf("%s: %v, %s", name, err, out.String())
		}
		if name == "plain http keys" && !strings.Contains(out.String(), "set an https URL") {
			t.Errorf("%s: they are asked for: %s", name, out.String())
		}
	}
	i := newIssuer(t)
	i.extra = []any{
		map[string]any{"kty": "OKP", "crv": "Ed448", "x": "AA"},
		map[string]any{"kty": "oct", "k": "c2VjcmV0"},
	}
	var out record
	if _, err := i.auth(&out).Authenticate(t.Context(), i.token(nil)); err != nil {
		t.Errorf("keys beside that can't be used: %v", err)
	}
}
