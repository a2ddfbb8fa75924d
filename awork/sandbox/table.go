package sandbox

import "slices"

// table keeps records by id, in the order they were added.
type table[T any] struct {
	order []string
	byID  map[string]T
}

func (t *table[T]) get(id string) (T, bool) {
	v, found := t.byID[id]
	return v, found
}

// put adds a record, or replaces the one of this id in its place.
func (t *table[T]) put(id string, v T) {
	if t.byID == nil {
		t.byID = map[string]T{}
	}
	if _, found := t.byID[id]; !found {
		t.order = append(t.order, id)
	}
	t.byID[id] = v
}

func (t *table[T]) remove(id string) bool {
	if _, found := t.byID[id]; !found {
		return false
	}
	delete(t.byID, id)
	t.order = slices.DeleteFunc(t.order, func(o string) bool { return o == id })
	return true
}

func (t *table[T]) all() []T {
	all := make([]T, 0, len(t.order))
	for _, id := range t.order {
		all = append(all, t.byID[id])
	}
	return all
}

// find returns the first record that fits.
func (t *table[T]) find(fits func(T) bool) (T, bool) {
	for _, id := range t.order {
		if v := t.byID[id]; fits(v) {
			return v, true
		}
	}
	var none T
	return none, false
}
