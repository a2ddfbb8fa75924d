package sandbox

import (
	"slices"
	"testing"
)

func TestTable(t *testing.T) {
	t.Parallel()
	var tab table[int]
	for i, id := range []string{"a", "b", "c", "b"} {
		tab.put(id, i)
	}
	if got := tab.all(); !slices.Equal(got, []int{0, 3, 2}) {
		t.Errorf("all: %v", got)
	}
	if !tab.remove("a") || tab.remove("a") {
		t.Error("a was not removed just once")
	}
	if v, found := tab.get("b"); v != 3 || !found {
		t.Errorf("b: %v %v", v, found)
	}
}
