package confirm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

func testBinding() Binding {
	return Binding{Caller: "alice", Workspace: "w", Tool: "delete_api_user", Decided: []any{1}, Subject: Subject{
		Records: []awork.APIUser{{ID: uuid.MustParse("693325c2-be31-4939-8e36-a82a27e4afd9"), Name: "Zapier Sync",
			ClientID: "zapier", UpdatedOn: "2025-08-12T07:55:02.4471983Z"}},
		Roles:  []directory.Role{{Role: awork.Role{ID: uuid.Max, Name: "r"}}},
		Client: awork.ClientApplication{ClientID: "zapier", DisplayName: "Zapier"}}}
}

func newTestSealer(t testing.TB, key byte, store AnswerStore) *sealer {
	t.Helper()
	s, err := newSealer(bytes.Repeat([]byte{key}, 32), codeLifetime, store)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every part of a binding is bound.
func TestASealOpensBesideItsBindingAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Binding){
		"caller":           func(b *Binding) { b.Caller = "bob" },
		"workspace":        func(b *Binding) { b.Workspace = "v" },
		"tool":             func(b *Binding) { b.Tool = "update_api_user" },
		"decided":          func(b *Binding) { b.Decided[0] = 2 },
		"role":             func(b *Binding) { b.Roles[0].ID = uuid.New() },
		"role's rights":    func(b *Binding) { b.Roles[0].Permissions = []awork.Permission{{Feature: "f"}} },
		"role's admin":     func(b *Binding) { b.Roles[0].Admin = directory.AdminByConfig },
		"no role":          func(b *Binding) { b.Roles = nil },
		"client":           func(b *Binding) { b.Client.DisplayName = "" },
		"no record":        func(b *Binding) { b.Records = nil },
		"one more":         func(b *Binding) { b.Records = append(b.Records, b.Records[0]) },
		"id":               func(b *Binding) { b.Records[0].ID = uuid.Max },
		"name":             func(b *Binding) { b.Records[0].Name += " " },
		"client of it":     func(b *Binding) { b.Records[0].ClientID = "" },
		"role of a record": func(b *Binding) { b.Records[0].RoleID = uuid.Max },
		"creator":          func(b *Binding) { b.Records[0].CreatedBy = uuid.Max },
		"creation":         func(b *Binding) { b.Records[0].CreatedOn = "x" },
		"change":           func(b *Binding) { b.Records[0].UpdatedOn = "x" },
		"changer":          func(b *Binding) { b.Records[0].UpdatedBy = uuid.Max },
		// No part may flow into the next.
		"a border": func(b *Binding) { b.Caller, b.Workspace = "alicew", "" },
	} {
		// The sealer that asked can say why not; another, with the same key, only that.
		for _, other := range []bool{false, true} {
			s := newTestSealer(t, 1, nil)
			state := s.seal(testBinding())
			if other {
				s = newTestSealer(t, 1, nil)
			}
			changed := testBinding()
			change(&changed)
			_, err := s.open(t.Context(), state, changed)
			if err == nil {
				t.Errorf("%s: opened", name)
			} else if m := err.Error(); m == "" || strings.HasSuffix(m, ".") || strings.Contains(m, "  ") {
				t.Errorf("%s: %q does not complete a sentence", name, m)
			}
			if _, err := s.open(t.Context(), state, testBinding()); err != nil {
				t.Errorf("%s: spoilt for good: %v", name, err)
			}
			if _, err := s.open(t.Context(), state, testBinding()); err == nil {
				t.Errorf("%s: opened twice", name)
			}
		}
	}
}

func TestSealsExpire(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 28, 12, 0, 0, 999, time.UTC)
	s, replica := newTestSealer(t, 1, nil), newTestSealer(t, 1, nil)
	s.now = func() time.Time { return now }
	replica.now = s.now
	inTime, late, swept := s.seal(testBinding()), s.seal(testBinding()), s.seal(testBinding())
	short := s.sealFor(testBinding(), time.Second)
	now = now.Add(codeLifetime - 2*time.Second)
	if _, err := s.open(t.Context(), inTime, testBinding()); err != nil {
		t.Errorf("shortly before: %v", err)
	}
	if _, err := s.open(t.Context(), short, testBinding()); err == nil || !strings.Contains(err.Error(), "good for 1s") {
		t.Errorf("a short one: %v", err)
	}
	now = now.Add(4 * time.Second)
	for who, by := range map[string]*sealer{"the same": s, "a replica": replica} {
		if _, err := by.open(t.Context(), late, testBinding()); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("%s: %v", who, err)
		}
	}
	s.seal(testBinding())
	if len(s.asked) != 1 {
		t.Errorf("%d questions are remembered", len(s.asked))
	}
	for _, state := range []string{inTime, swept} {
		if _, err := s.open(t.Context(), state, testBinding()); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("after the sweep: %v", err)
		}
	}
}

// opened is an answer store in memory, for several sealers.
type opened struct {
	mu   sync.Mutex
	used map[string]bool
	err  error
}

func (o *opened) Use(_ context.Context, key string, ttl time.Duration) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil || ttl <= 0 {
		return false, o.err
	}
	first := !o.used[key]
	o.used[key] = true
	return first, nil
}

func (o *opened) Check(context.Context) error { return o.err }

// With a store, an answer is good once at all replicas, and for nothing where the
// store can't be asked.
func TestAnAnswerIsGoodOnceAtAllReplicas(t *testing.T) {
	t.Parallel()
	store := &opened{used: map[string]bool{}}
	asked := newTestSealer(t, 1, store)
	state, lost := asked.seal(testBinding()), asked.seal(testBinding())
	successes := 0
	for range 3 {
		if _, err := newTestSealer(t, 1, store).open(t.Context(), state, testBinding()); err == nil {
			successes++
		}
	}
	if successes != 1 {
		t.Errorf("%d replicas took one answer", successes)
	}
	store.err = errors.New("no connection")
	_, err := newTestSealer(t, 1, store).open(t.Context(), lost, testBinding())
	var refusal *result.RefusalError
	if !errors.As(err, &refusal) || refusal.Outcome != result.Blocked {
		t.Errorf("without its store: %v", err)
	}
}

func TestKeysOfTheSealer(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 16, 24, 31, 33, 64} {
		if _, err := newSealer(make([]byte, n), codeLifetime, nil); err == nil || !strings.Contains(err.Error(), "32 bytes") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	one, err := newSealer(nil, codeLifetime, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*sealer{"a random key": one, "another key": newTestSealer(t, 2, nil)} {
		if _, err := newTestSealer(t, 1, nil).open(t.Context(), other.seal(testBinding()), testBinding()); err == nil {
			t.Errorf("the seal of %s was opened", name)
		}
	}
	seen := map[string]bool{}
	for range 1000 {
		seen[one.seal(testBinding())] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different seals of 1000", len(seen))
	}
}

// FuzzOpen never opens what was not sealed, and what was sealed once at most.
func FuzzOpen(f *testing.F) {
	// The same in every process that fuzzes.
	const nonce = "a dozen byte"
	now := time.UnixMilli(1_800_000_000_000)
	plain := binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli()))
	plain = binary.BigEndian.AppendUint64(plain, uint64(now.UnixMilli())+60_000)
	raw := newTestSealer(f, 1, nil).aead.Seal([]byte(nonce), []byte(nonce), plain, testBinding().parts().sum())
	sealed := base64.RawURLEncoding.EncodeToString(raw)
	for _, seed := range []string{"", "x", sealed, sealed + "=", sealed + "\n", sealed[1:], strings.ToLower(sealed),
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		string(raw), strings.Repeat("A", len(sealed)), sealed[:42] + string(sealed[42]+1), "\u202e" + sealed} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, state string) {
		s := newTestSealer(t, 1, nil)
		s.now = func() time.Time { return now }
		_, err := s.open(t.Context(), state, testBinding())
		// Line breaks are no part of base64, wherever they are.
		oneLine := strings.NewReplacer("\r", "", "\n", "").Replace(state)
		if genuine := strings.TrimSpace(oneLine) == sealed; genuine != (err == nil) {
			t.Errorf("%q: %v", state, err)
		}
		if _, err := s.open(t.Context(), state, testBinding()); err == nil {
			t.Errorf("%q: opened twice", state)
		}
	})
}
