package awork

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestASecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	value := "secret-" + uuid.NewString()
	s := Secret{hidden{&value}}
	type parcel struct {
		Secret Secret
		hidden Secret
	}
	p := parcel{s, s}
	asJSON, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", s, "parcel", p)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s, "parcel", p)
	reported := fmt.Sprint(s, p, &p) + fmt.Sprintf("%v %+v %#v %s %q %x %d", s, p, p, s, s, s, s) + string(asJSON) + log.String() + s.Redact("it is "+value+"!") + s.Fingerprint()
	if strings.Contains(reported, value) || strings.Contains(reported, fmt.Sprintf("%x", value)) || strings.Count(reported, redacted) < 8 {
		t.Errorf("reported %s", reported)
	}
	if s.Reveal() != value || len(s.Fingerprint()) != 12 || s.IsZero() {
		t.Error("it does not hold its value")
	}
	empty := ""
	if !(Secret{}).IsZero() || !(Secret{hidden{&empty}}).IsZero() || (Secret{}).Reveal() != "" {
		t.Error("nothing is something")
	}
}

func TestKeysAndSecrets(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	key, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, zapierID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := ParseToken(key.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	other := c.WithToken(token)
	if me, err := other.Me(t.Context()); err != nil || me.ID != zapierID {
		t.Errorf("the key is that of %+v: %v", me, err)
	}
	if me, err := c.Me(t.Context()); err != nil || me.ID.String() != sandbox.AdminUserID {
		t.Errorf("the client's own token is that of %+v: %v", me, err)
	}
	if other.limiter != c.limiter {
		t.Error("another token has limits of its own")
	}
	// Two keys of one API user are two.
	second, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, zapierID)
	if err != nil || second.Fingerprint() == key.Fingerprint() {
		t.Errorf("the second key: %v %s", err, second.Fingerprint())
	}
	if secret, err := c.GenerateClientSecret(t.Context(), sandbox.DatevClientID); err != nil || secret.IsZero() {
		t.Errorf("a client secret: %v", err)
	}
}

// TestGenerateWithFaults: a key or a secret is made, surely not made, or it is
// not known; it is never asked for twice where it may have been made.
func TestGenerateWithFaults(t *testing.T) {
	t.Parallel()
	refused := []sandbox.FaultKind{sandbox.FaultRateLimited, sandbox.FaultForbidden, sandbox.FaultBadToken, sandbox.FaultUnauthorized, sandbox.FaultNotFound}
	for path, generate := range map[string]func(*testing.T, *Client) (Secret, error){
		"generateapikey": func(t *testing.T, c *Client) (Secret, error) {
			return c.GenerateAPIKey(t.Context(), sandbox.DatevClientID, uuid.MustParse(sandbox.DatevExportID))
		},
		"generatesecret": func(t *testing.T, c *Client) (Secret, error) {
			return c.GenerateClientSecret(t.Context(), sandbox.DatevClientID)
		},
	} {
		for _, kind := range sandbox.FaultKinds() {
			if kind == sandbox.FaultLatency || kind == sandbox.FaultMissingFields {
				continue // no faults here
			}
			t.Run(path+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					backend, c := workspace(t, sandbox.Fault{Kind: kind, Method: "POST", Path: "/clientapplications/*/" + path})
					secret, err := generate(t, c)
					var effect *EffectError
					if open := errors.As(err, &effect); err == nil || !secret.IsZero() || open == slices.Contains(refused, kind) || open && effect.ReadBack == nil {
						t.Errorf("got %v", err)
					}
					if n := sent(backend, "POST"); n != 1 && kind != sandbox.FaultRateLimited {
						t.Errorf("sent %d times", n)
					}
				})
			})
		}
	}
}

func TestGenerateUnknown(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	if _, err := c.GenerateAPIKey(t.Context(), "gone", zapierID); !Is(err, KindInvalid) {
		t.Errorf("for a client application that is not there: %v", err)
	}
	if _, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, unknownID); !Is(err, KindNotFound) {
		t.Errorf("for an API user that is not there: %v", err)
	}
	if _, err := c.GenerateClientSecret(t.Context(), "gone"); !Is(err, KindNotFound) {
		t.Errorf("a secret for nobody: %v", err)
	}
}
