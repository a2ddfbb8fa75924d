package tools

import (
	"context"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork"
)

// changing is a token source that can be set.
type changing struct{ token awork.Token }

func (c *changing) Token(context.Context) (awork.Token, error) { return c.token, nil }

func (c *changing) Renew(context.Context, awork.Token) (awork.Token, error) { return c.token, nil }

// TestNotKept: what was read from before it was forgotten, or while the token
// became another, is given and not kept.
func TestNotKept(t *testing.T) {
	t.Parallel()
	one, err := awork.ParseToken("the-token-of-one")
	if err != nil {
		t.Fatal(err)
	}
	another, err := awork.ParseToken("the-token-of-another")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		meanwhile func(*kept[int], *changing)
		kept      bool
	}{
		"nothing":       {func(*kept[int], *changing) {}, true},
		"forgotten":     {func(k *kept[int], _ *changing) { k.forget() }, false},
		"another token": {func(_ *kept[int], c *changing) { c.token = another }, false},
	} {
		source := &changing{one}
		client, err := awork.New(awork.Config{Tokens: source})
		if err != nil {
			t.Fatal(err)
		}
		k := newKept[int]()
		v, err := k.get(t.Context(), client, func(context.Context) (int, bool, error) {
			tc.meanwhile(k, source)
			return 7, true, nil
		})
		if err != nil || v != 7 {
			t.Errorf("%s: %d, %v", name, v, err)
		}
		if _, ok := k.peek(one); ok != tc.kept {
			t.Errorf("%s: kept %t", name, ok)
		}
		if _, ok := k.peek(another); ok {
			t.Errorf("%s: kept for another token", name)
		}
	}
}
