package main

import (
	"cmp"
	"go/ast"
	"slices"
)

// edit is text that goes around a part of the source.
type edit struct {
	from, to      int
	before, after string
}

func (m *mutator) wrap(n ast.Node, before, after string) {
	m.edits = append(m.edits, edit{m.offset(n.Pos()), m.offset(n.End()), before, after})
}

// rewritten returns the source with the edits made, an outer one around an inner.
func (m *mutator) rewritten() []byte {
	type insertion struct {
		at, order int
		text      string
	}
	var all []insertion
	for _, e := range m.edits {
		size := e.to - e.from
		all = append(all, insertion{e.from, 1<<30 - size, e.before}, insertion{e.to, size - 1<<30, e.after})
	}
	slices.SortStableFunc(all, func(a, b insertion) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
	})
	var out []byte
	last := 0
	for _, i := range all {
		out = append(append(out, m.source[last:i.at]...), i.text...)
		last = i.at
	}
	return append(out, m.source[last:]...)
}
