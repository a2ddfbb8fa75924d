package callerauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const audience = "https://mcp.example.com"

// issuer is a small OpenID Connect issuer on loopback.
type issuer struct {
	t *testing.T
	*httptest.Server

	mu       sync.Mutex
	down     bool
	keysDown bool
	moved    string // where its configuration is, where that is elsewhere
	asked    int    // for keys
	found    int    // how often its configuration was asked for
	key      jose.JSONWebKey
	extra    []any          // keys beside it
	publish  map[string]any // what is published of the key otherwise; nil takes it away
	none     bool           // no keys
	document map[string]any
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{t: t, key: newKey(t, "first"), document: map[string]any{}}
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.Close)
	return i
}

func newKey(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: private, KeyID: id, Algorithm: string(jose.ES256), Use: "sig"}
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.down, i.keysDown && r.URL.Path == "/keys":
		http.Error(w, "down", http.StatusServiceUnavailable)
	case i.moved != "" && r.URL.Path == "/.well-known/openid-configuration":
		w.Header().Set("Location", i.moved)
		w.WriteHeader(http.StatusFound)
		_, _ = w.Write([]byte("{}")) // JSON, as all that is taken
	case r.URL.Path == "/.well-known/openid-configuration", r.URL.Path == "/moved":
		i.found++
		document := map[string]any{
			"issuer":                                i.URL,
			"jwks_uri":                              i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"none", "HS256"},
		}
		maps.Copy(document, i.document)
		_ = json.NewEncoder(w).Encode(document)
	case r.URL.Path == "/keys":
		i.asked++
		keys := slices.Concat(i.extra, []any{i.published()})
		if i.none {
			keys = []any{}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	default:
		http.NotFound(w, r)
	}
}

// published is the key as the issuer shows it.
func (i *issuer) published() map[string]any {
	data, err := json.Marshal(i.key.Public())
	key := map[string]any{}
	if err == nil {
		err = json.Unmarshal(data, &key)
	}
	if err != nil {
		i.t.Error(err)
	}
	return changed(key, i.publish)
}

// changed makes changes to fields; nil takes one away.
func changed(fields, change map[string]any) map[string]any {
	maps.Copy(fields, change)
	maps.DeleteFunc(fields, func(_ string, v any) bool { return v == nil })
	return fields
}

func (i *issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

func (i *issuer) auth(log *record) *OIDC {
	i.t.Helper()
	o, err := NewOIDC(i.t.Context(), OIDCOptions{Issuer: i.URL, Audience: audience, Log: log.log()})
	if err != nil {
		i.t.Fatal(err)
	}
	return o
}

// token signs good claims, changed by what is given; nil takes one away.
func (i *issuer) token(change map[string]any) string {
	i.t.Helper()
	return i.sign(jose.SigningKey{Algorithm: jose.ES256, Key: i.key}, change)
}

func (i *issuer) claims(change map[string]any) []byte {
	data, err := json.Marshal(changed(map[string]any{
		"iss": i.URL, "aud": audience, "sub": "ann", "exp": time.Now().Add(time.Hour).Unix(),
		"scope": "openid apiusers:read apiusers:write",
	}, change))
	if err != nil {
		i.t.Fatal(err)
	}
	return data
}

func (i *issuer) sign(key jose.SigningKey, change map[string]any) string {
	i.t.Helper()
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		i.t.Fatal(err)
	}
	signed, err := signer.Sign(i.claims(change))
	if err != nil {
		i.t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return token
}

// unsigned is a token of alg none.
func (i *issuer) unsigned(alg string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"`+alg+`","typ":"JWT"}`)) + "." + encode(i.claims(nil)) + "."
}

// withKeyAsSecret is signed with the public key as if that were a secret.
func (i *issuer) withKeyAsSecret() string {
	public, err := json.Marshal(i.key.Public())
	if err != nil {
		i.t.Fatal(err)
	}
	return i.sign(jose.SigningKey{Algorithm: jose.HS256, Key: public}, nil)
}

func tampered(token string) string {
	parts := strings.Split(token, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), `"ann"`, `"eve"`, 1)))
	return strings.Join(parts, ".")
}
