package callerauth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A key that is published for something else verifies nothing.
func TestKeysOfOtherUse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change map[string]any
		want   error
	}{
		"sig":         {nil, nil},
		"no use":      {map[string]any{"use": nil}, nil},
		"enc":         {map[string]any{"use": "enc"}, ErrInvalid},
		"to verify":   {map[string]any{"key_ops": []string{"verify"}}, nil},
		"to encrypt":  {map[string]any{"key_ops": []string{"encrypt", "wrapKey"}}, ErrInvalid},
		"for nothing": {map[string]any{"key_ops": []string{}}, ErrInvalid},
	} {
		i := newIssuer(t)
		i.publish = test.change
		var out record
		if _, err := i.auth(&out).Authenticate(t.Context(), i.token(nil)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An issuer that publishes no key any more has revoked them all.
func TestNoKeys(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	var out record
	o := i.auth(&out)
	token := i.token(nil)
	if _, err := o.Authenticate(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	i.set(func() { i.none = true })
	o.keys.renewNow()
	for range 2 {
		if _, err := o.Authenticate(t.Context(), token); !errors.Is(err, ErrInvalid) {
			t.Error(err)
		}
	}
}

// Where the issuer can be found and its keys can't be fetched, the keys from before
// stay good; a caller that hangs up is no trouble of the issuer.
func TestKeysThatCantBeFetched(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	var out record
	o := i.auth(&out)
	token := i.token(nil)
	if _, err := o.Authenticate(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	i.set(func() { i.keysDown = true })
	o.keys.renewNow()
	for range 2 {
		if _, err := o.Authenticate(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
	out.reset()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	forged := i.sign(jose.SigningKey{Algorithm: jose.ES256, Key: newKey(t, "forged")}, nil)
	if _, err := o.Authenticate(gone, forged); !errors.Is(err, ErrUnavailable) || out.String() != "" {
		t.Errorf("%v, %s", err, out.String())
	}
}

// An issuer that accepts connections and answers nothing holds nobody up for long.
func TestIssuerThatHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(release) })
	began := time.Now()
	o, err := NewOIDC(t.Context(), OIDCOptions{Issuer: silent.URL, Audience: audience})
	if took := time.Since(began); err != nil || o == nil || took > 4*fetchTimeout {
		t.Errorf("%v after %s", err, took)
	}
}
