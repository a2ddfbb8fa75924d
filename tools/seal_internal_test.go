package tools

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

func aStake() stake {
	return stake{caller: "alice", workspace: "w", tool: "delete_api_user", decided: [32]byte{1},
		records: []awork.APIUser{{ID: uuid.MustParse("693325c2-be31-4939-8e36-a82a27e4afd9"), Name: "Zapier Sync", ClientID: "zapier", UpdatedOn: "2025-08-12T07:55:02.4471983Z"}}, role: "r", detail: "d"}
}

func newTestSealer(t testing.TB, key byte) *sealer {
	t.Helper()
	s, err := newSealer(bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every part of what is at stake is bound.
func TestASealBindsAllThatIsAtStake(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*stake){
		"caller": func(s *stake) { s.caller = "bob" }, "workspace": func(s *stake) { s.workspace = "v" }, "tool": func(s *stake) { s.tool = "update_api_user" },
		"decided": func(s *stake) { s.decided[0] = 2 }, "role": func(s *stake) { s.role = "q" }, "detail": func(s *stake) { s.detail = "" },
		"no record": func(s *stake) { s.records = nil }, "one more": func(s *stake) { s.records = append(s.records, s.records[0]) },
		"id": func(s *stake) { s.records[0].ID = uuid.Max }, "name": func(s *stake) { s.records[0].Name += " " }, "client": func(s *stake) { s.records[0].ClientID = "" },
		"role of a record": func(s *stake) { s.records[0].RoleID = uuid.Max }, "creator": func(s *stake) { s.records[0].CreatedBy = uuid.Max }, "creation": func(s *stake) { s.records[0].CreatedOn = "x" },
		"change": func(s *stake) { s.records[0].UpdatedOn = "x" }, "changer": func(s *stake) { s.records[0].UpdatedBy = uuid.Max },
		// No part may flow into the next.
		"a border": func(s *stake) { s.caller, s.workspace = "alicew", "" },
	} {
		// The sealer that asked can say why not; another, with the same key, only that.
		for _, other := range []bool{false, true} {
			s := newTestSealer(t, 1)
			state := s.seal(aStake())
			if other {
				s = newTestSealer(t, 1)
			}
			changed := aStake()
			change(&changed)
			err := s.open(state, changed)
			if err == nil {
				t.Errorf("%s: opened", name)
			} else if m := err.Error(); m == "" || strings.HasSuffix(m, ".") || strings.Contains(m, "  ") {
				t.Errorf("%s: %q does not complete a sentence", name, m)
			}
			if err := s.open(state, aStake()); err != nil {
				t.Errorf("%s: spoilt for good: %v", name, err)
			}
			if s.open(state, aStake()) == nil {
				t.Errorf("%s: opened twice", name)
			}
		}
	}
}

func TestSealsExpire(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 28, 12, 0, 0, 999, time.UTC)
	s, replica := newTestSealer(t, 1), newTestSealer(t, 1)
	s.now = func() time.Time { return now }
	replica.now = s.now
	kept, late, swept := s.seal(aStake()), s.seal(aStake()), s.seal(aStake())
	now = now.Add(sealedFor - 2*time.Second)
	if err := s.open(kept, aStake()); err != nil {
		t.Errorf("shortly before: %v", err)
	}
	now = now.Add(4 * time.Second)
	for who, by := range map[string]*sealer{"the same": s, "a replica": replica} {
		if err := by.open(late, aStake()); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("%s: %v", who, err)
		}
	}
	s.seal(aStake())
	if len(s.asked) != 1 {
		t.Errorf("%d questions are remembered", len(s.asked))
	}
	for _, state := range []string{kept, swept} {
		if err := s.open(state, aStake()); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("after the sweep: %v", err)
		}
	}
}

func TestKeysOfTheSealer(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 16, 24, 31, 33, 64} {
		if _, err := newSealer(make([]byte, n)); err == nil || !strings.Contains(err.Error(), "32 bytes") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	one, err := newSealer(nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := newSealer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if two.open(one.seal(aStake()), aStake()) == nil || newTestSealer(t, 1).open(newTestSealer(t, 2).seal(aStake()), aStake()) == nil {
		t.Error("another key's seal was opened")
	}
	seen := map[string]bool{}
	for range 1000 {
		seen[one.seal(aStake())] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different seals of 1000", len(seen))
	}
}

// FuzzOpen never opens what was not sealed, and what was sealed once at most.
func FuzzOpen(f *testing.F) {
	// The same in every process that fuzzes.
	const nonce = "a dozen byte"
	now := time.Unix(1_800_000_000, 0)
	raw := newTestSealer(f, 1).aead.Seal([]byte(nonce), []byte(nonce), binary.BigEndian.AppendUint32(nil, uint32(now.Unix())+60), aStake().binding())
	sealed := base64.RawURLEncoding.EncodeToString(raw)
	for _, seed := range []string{"", "x", sealed, sealed + "=", sealed + "\n", sealed[1:], strings.ToLower(sealed), base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		string(raw), strings.Repeat("A", 43), sealed[:42] + string(sealed[42]+1), "\u202e" + sealed} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, state string) {
		s := newTestSealer(t, 1)
		s.now = func() time.Time { return now }
		err := s.open(state, aStake())
		// Line breaks are no part of base64, wherever they are.
		if genuine := strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(state)) == sealed; genuine != (err == nil) {
			t.Errorf("%q: %v", state, err)
		}
		if s.open(state, aStake()) == nil {
			t.Errorf("%q: opened twice", state)
		}
	})
}
