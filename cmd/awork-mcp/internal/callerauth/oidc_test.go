package callerauth

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func TestOIDCClaims(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	var out record
	o := i.auth(&out)
	longName := strings.Repeat("x", 255)
	for name, test := range map[string]struct {
		change map[string]any
		want   Caller
	}{
		"both":           {nil, Caller{Name: "ann", Read: true, Write: true}},
		"several aud":    {map[string]any{"aud": []string{"x", audience}}, Caller{Name: "ann", Read: true, Write: true}},
		"read":           {map[string]any{"scope": "apiusers:read"}, Caller{Name: "ann", Read: true, Write: false}},
		"scp a list":     {map[string]any{"scope": nil, "scp": []string{"apiusers:write", "x"}}, Caller{Name: "ann", Read: false, Write: true}},
		"scp a string":   {map[string]any{"scope": nil, "scp": "apiusers:write apiusers:read"}, Caller{Name: "ann", Read: true, Write: true}},
		"no scope":       {map[string]any{"scope": nil}, Caller{Name: "ann", Read: false, Write: false}},
		"near scopes":    {map[string]any{"scope": "apiusers apiusers:readwrite APIUSERS:READ apiusers:read,apiusers:write"}, Caller{Name: "ann", Read: false, Write: false}},
		"client_id":      {map[string]any{"sub": nil, "client_id": "bot", "azp": "z"}, Caller{Name: "client:bot", Read: true, Write: true}},
		"like a client":  {map[string]any{"sub": "client:bot"}, Caller{Name: "subject:client:bot", Read: true, Write: true}},
		"like a subject": {map[string]any{"sub": "subject:client:bot"}, Caller{Name: "subject:subject:client:bot", Read: true, Write: true}},
		"a blank in it":  {map[string]any{"sub": "a b"}, Caller{Name: "a b", Read: true, Write: true}},
		"a long name":    {map[string]any{"sub": longName}, Caller{Name: longName, Read: true, Write: true}},
		"azp":            {map[string]any{"sub": nil, "azp": "z"}, Caller{Name: "client:z", Read: true, Write: true}},
	} {
		if got, err := o.Authenticate(t.Context(), i.token(test.change)); err != nil || got != test.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if o.Issuer() != i.URL {
		t.Error(o.Issuer())
	}
}

func TestOIDCRefuses(t *testing.T) {
	t.Parallel()
	i, other := newIssuer(t), newIssuer(t)
	var out record
	o := i.auth(&out)
	second := newKey(t, "second")
	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"wrong audience":  {i.token(map[string]any{"aud": "https://other.example.com"}), ErrInvalid},
		"no audience":     {i.token(map[string]any{"aud": nil}), ErrInvalid},
		"wrong issuer":    {i.token(map[string]any{"iss": other.URL}), ErrInvalid},
		"another's token": {other.token(nil), ErrInvalid},
		"expired":         {i.token(map[string]any{"exp": time.Now().Add(-time.Second).Unix()}), ErrExpired},
		"no expiry":       {i.token(map[string]any{"exp": nil}), ErrExpired},
		"not yet":         {i.token(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}), ErrInvalid},
		"alg none":        {i.unsigned("none"), ErrInvalid},
		"alg None":        {i.unsigned("None"), ErrInvalid},
		"alg HS256":       {i.withKeyAsSecret(), ErrInvalid},
		"tampered":        {tampered(i.token(nil)), ErrInvalid},
		"unknown key":     {i.sign(jose.SigningKey{Algorithm: jose.ES256, Key: second}, nil), ErrInvalid},
		"no name":         {i.token(map[string]any{"sub": nil}), ErrInvalid},
		"a long name":     {i.token(map[string]any{"sub": strings.Repeat("x", 256)}), ErrInvalid},
		"a strange name":  {i.token(map[string]any{"sub": "a\nb"}), ErrInvalid},
		"a deleted name":  {i.token(map[string]any{"sub": "a\x7fb"}), ErrInvalid},
		"a broken name":   {i.token(map[string]any{"sub": "a\ufffdb"}), ErrInvalid},
		"strange scopes":  {i.token(map[string]any{"scope": 7}), ErrInvalid},
		"no JWT":          {"secret", ErrInvalid},
		"nothing":         {"", ErrInvalid},
	} {
		if got, err := o.Authenticate(t.Context(), test.token); !errors.Is(err, test.want) || got != (Caller{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if out.String() != "" {
		t.Error(out.String())
	}
}

func TestNewOIDCRefuses(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                           "set an https URL",
		"id.example.com":             "set an https URL",
		"http://id.example.com":      "on loopback only",
		"http://10.0.0.1":            "on loopback only",
		"http://[2001:db8::1]:80":    "on loopback only",
		"http://0.0.0.0":             "on loopback only",
		"https://u:canary@a.example": "leave the user name and password out",
		"https://id.example.com#x":   "set an https URL",
		"ftp://localhost":            "set an https URL",
		"https://":                   "set an https URL",
		"https://[":                  "set an https URL",
		"https://u:canary@id:port":   "set an https URL",
	} {
		if _, err := NewOIDC(t.Context(), OIDCOptions{Issuer: url, Audience: "x"}); err == nil ||
			!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, url := range []string{"https://id.example.com/realm", "http://localhost:1", "http://127.0.0.1", "http://[::1]:80"} {
		if err := checkURL(url); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := NewOIDC(t.Context(), OIDCOptions{Issuer: "https://id.example.com", Audience: " "}); err == nil ||
		!strings.Contains(err.Error(), "audience") {
		t.Error(err)
	}
}

// An issuer that names itself otherwise is refused at start; one that can't be
// reached is not.
func TestIssuerAtStart(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	for configured, named := range map[string]string{i.URL: i.URL + "/", i.URL + "/": i.URL} {
		i.set(func() { i.document["issuer"] = named })
		_, err := NewOIDC(t.Context(), OIDCOptions{Issuer: configured, Audience: "x"})
		if err == nil || !strings.Contains(err.Error(), named) {
			t.Errorf("%s, which is %s: %v", configured, named, err)
		}
	}
	if !slices.Equal(Scopes(), []string{"apiusers:read", "apiusers:write"}) {
		t.Error(Scopes())
	}
	i.set(func() { i.document["issuer"] = i.URL })
	i.Close()
	var out record
	i.auth(&out)
	s := out.String()
	if strings.Count(s, "level=WARN") != 1 || !strings.Contains(s, "refused") || strings.Contains(s, "level=ERROR") {
		t.Error(s)
	}
}

// An issuer that is down is asked no more often than one that is up, and what can't
// be found out is 503 for as long as it is.
func TestUnknownKeysWhileTheIssuerIsDown(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	var out record
	o := i.auth(&out)
	if _, err := o.Authenticate(t.Context(), i.token(nil)); err != nil {
		t.Fatal(err)
	}
	i.set(func() { i.down = true; i.key = newKey(t, "second") })
	for n := range 3 * fetchBurst {
		if _, err := o.Authenticate(t.Context(), i.token(nil)); !errors.Is(err, ErrUnavailable) {
			t.Fatalf("token %d: %v", n, err)
		}
	}
}
