package confirm

import (
	"strings"
	"testing"
	"time"
)

// TestWhyASealIsRefused: the process that asked says what is wrong, in the order
// of what matters most; another one only that it is.
func TestWhyASealIsRefused(t *testing.T) {
	t.Parallel()
	changes := []struct {
		words  string
		change func(*Binding)
	}{
		{"what the role may do has changed", func(b *Binding) { b.Roles = nil }},
		{"the client application is another, or has changed", func(b *Binding) { b.Client.DisplayName = "other" }},
		{"what it was about has changed since", func(b *Binding) { b.Records = nil }},
		{"it was given for another call", func(b *Binding) { b.Decided[0] = 2 }},
		{"it was given for another workspace", func(b *Binding) { b.Workspace = "v" }},
		{"it was given to another caller", func(b *Binding) { b.Caller = "bob" }},
	}
	s := newTestSealer(t, 1, nil)
	state, used := s.seal(testBinding()), s.seal(testBinding())
	if _, err := s.open(t.Context(), used, testBinding()); err != nil {
		t.Fatal(err)
	}
	all := testBinding()
	for i, c := range changes {
		one := testBinding()
		c.change(&one)
		c.change(&all)
		for what, about := range map[string]Binding{"alone": one, "beside those before": all} {
			refuses(t, what, s, state, about, c.words)
			refuses(t, what, newTestSealer(t, 1, nil), state, about, "this server did not give it for this call, or")
		}
		if i < 3 { // what a call changes by itself, when it is done
			refuses(t, "used", s, used, one, "it was used already")
		}
	}
	refuses(t, "another key", newTestSealer(t, 2, nil), state, testBinding(), "this server did not give it")
	other := map[bool]string{true: "A", false: "B"}[state[30] != 'A']
	for _, none := range []string{
		"", "x", state + "AAAA", state + "!", state[4:], "!" + state[1:], state[:30] + other + state[31:],
	} {
		refuses(t, none, s, none, testBinding(), "this server did not give it")
	}
}

func refuses(t *testing.T, name string, s *sealer, state string, about Binding, words string) {
	t.Helper()
	if _, err := s.open(t.Context(), state, about); err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v, want %q", name, err, words)
	}
}

// The order in which awork lists API users is no change.
func TestOrderOfRecords(t *testing.T) {
	t.Parallel()
	a, b := testBinding(), testBinding()
	other := a.Records[0]
	other.ID[0]++
	a.Records, b.Records = append(a.Records, other), append(b.Records[:0:0], other, b.Records[0])
	s := newTestSealer(t, 1, nil)
	for from, to := range map[*Binding]*Binding{&a: &b, &b: &a} {
		if _, err := s.open(t.Context(), s.seal(*from), *to); err != nil {
			t.Error(err)
		}
	}
}

// An answer tells when its question was asked. Without a key of the operator's,
// each process has one of its own.
func TestSealsOfOneProcess(t *testing.T) {
	t.Parallel()
	var two [2]*sealer
	for i := range two {
		var err error
		if two[i], err = newSealer(nil, 90*time.Second, nil); err != nil {
			t.Fatal(err)
		}
	}
	now := time.UnixMilli(1_800_000_000_123)
	two[0].now = func() time.Time { return now }
	state, late := two[0].seal(testBinding()), two[0].seal(testBinding())
	refuses(t, "another process", two[1], state, testBinding(), "this server did not give it")
	now = now.Add(time.Second)
	if asked, err := two[0].open(t.Context(), state, testBinding()); err != nil || now.Sub(asked) != time.Second {
		t.Errorf("asked at %v: %v", asked, err)
	}
	now = now.Add(90 * time.Second)
	refuses(t, "late", two[0], late, testBinding(), "an answer is good for 1m30s")
	code := two[0].sealFor(testBinding(), codeLifetime)
	now = now.Add(codeLifetime + time.Millisecond)
	refuses(t, "a late code", two[0], code, testBinding(), "an answer is good for five minutes")
}

// A process that did not ask knows of an answer what came with it, for as long as
// it is good.
func TestReplicaRemembers(t *testing.T) {
	t.Parallel()
	asker, replica := newTestSealer(t, 1, nil), newTestSealer(t, 1, nil)
	state := asker.seal(testBinding())
	if _, err := replica.open(t.Context(), state, testBinding()); err != nil {
		t.Fatal(err)
	}
	replica.seal(testBinding()) // forgets what has expired
	refuses(t, "again", replica, state, testBinding(), "it was used already")
	other := testBinding()
	other.Tool = "another"
	refuses(t, "another call", replica, state, other, "it was given for another call")
}
