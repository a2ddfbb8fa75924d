package delivery

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gokeyring "github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
	"github.com/awork-mcp/awork-mcp/tools"
)

// locked is a keyring whose owner has to unlock it.
type locked struct {
	keyring.Backend
	unlock chan struct{}
}

func (l locked) Set(_, _, _ string) error { <-l.unlock; return nil }

// A keyring that is locked holds no call up for ever, nor one that is cancelled.
func TestLockedKeyring(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := locked{unlock: make(chan struct{})}
		defer close(l.unlock)
		k := Keyring{keyring.Keyring{Backend: l}}
		p := tools.Secret{Kind: tools.KindAPIKey, ClientID: "zapier", Value: awork.NewSecret("canary")}
		start := time.Now()
		if _, err := k.Deliver(t.Context(), p); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != timeout {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := k.Deliver(ctx, p); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		start = time.Now()
		if err := k.Check(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != timeout {
			t.Errorf("the check, after %v: %v", time.Since(start), err)
		}
	})
}

// broken is a keyring in memory that fails in one way.
type broken struct {
	entries                map[string]string
	setErr, getErr, delErr error
	other                  bool
}

func (b broken) Set(_, user, password string) error { b.entries[user] = password; return b.setErr }
func (b broken) Delete(_, user string) error        { delete(b.entries, user); return b.delErr }
func (b broken) Get(_, user string) (string, error) {
	if b.other {
		return "other", nil
	}
	return b.entries[user], b.getErr
}

func TestKeyringCheck(t *testing.T) {
	t.Parallel()
	none := errors.New("there is no keyring")
	for name, c := range map[string]struct {
		keyring broken
		says    string // "" where nothing is wrong
	}{
		"works":             {broken{}, ""},
		"none":              {broken{setErr: none}, "takes no entry"},
		"write only":        {broken{getErr: none}, "give an entry back"},
		"forgets":           {broken{getErr: gokeyring.ErrNotFound}, "give an entry back"},
		"gives another":     {broken{other: true}, "another entry"},
		"entries can't go":  {broken{delErr: none}, "give an entry back"},
		"nothing to delete": {broken{delErr: gokeyring.ErrNotFound}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.keyring.entries = map[string]string{}
			err := Keyring{keyring.Keyring{Backend: c.keyring}}.Check(t.Context())
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v; want %q", err, c.says)
			}
			if n := len(c.keyring.entries); n > 0 && c.keyring.setErr == nil {
				t.Errorf("%d entries are left", n)
			}
		})
	}
}
