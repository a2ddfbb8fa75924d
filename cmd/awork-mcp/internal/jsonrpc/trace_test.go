package jsonrpc

import (
	"strings"
	"testing"
)

const (
	parent  = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	another = "00-00000000000000000000000000000001-0000000000000001-00"
)

func TestTraceparentSyntax(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		parent:                            true,
		another:                           true,
		"cc" + parent[2:]:                 true,
		"cc" + parent[2:] + "-what-comes": true,
		"":                                false,
		parent[1:]:                        false,
		parent + "-x":                     false,
		"cc" + parent[2:] + "x":           false,
		"cc" + parent[2:] + "-\n":         false,
		"ff" + parent[2:]:                 false,
		"0x" + parent[2:]:                 false,
		strings.ToUpper(parent):           false,
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01": false,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01": false,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g": false,
		"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": false,
		"cc" + parent[2:] + "-" + strings.Repeat("x", 300):        false,
	} {
		if IsTraceparent(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	}
}
