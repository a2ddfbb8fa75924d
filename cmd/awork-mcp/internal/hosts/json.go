package hosts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// mark is the byte order mark with which some editors on Windows begin a file.
const mark = "\ufeff"

// parseJSON reads JSON, with comments and trailing commas or without, whose root
// is an object. An empty file is an empty object.
func parseJSON(text []byte) (hujson.Value, *hujson.Object, error) {
	text = bytes.TrimPrefix(text, []byte(mark))
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	v, err := hujson.Parse(text)
	if err != nil {
		return v, nil, errors.New(strings.TrimPrefix(err.Error(), "hujson: "))
	}
	root, ok := v.Value.(*hujson.Object)
	if !ok {
		return v, nil, errors.New("line 1: it holds no object")
	}
	return v, root, nil
}

func decodeJSON(text []byte) (map[string]any, error) {
	v, _, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	v = v.Clone()
	v.Standardize()
	d := json.NewDecoder(bytes.NewReader(v.Pack()))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return nil, err
	}
	return m, nil
}

// setJSON writes the server's entry; what is in an entry beside our fields stays.
func (sh shape) setJSON(text []byte, s Server) ([]byte, error) {
	v, root, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	l := layoutOf(text, root)
	container, at, err := objectIn(root, sh.container)
	if err != nil {
		return nil, err
	}
	if container == nil {
		in := l.indentOf(root, "")
		l.add(root, "", sh.container, "{"+l.line(in+l.unit)+quoted(s.Name)+": "+l.object(sh.entry(s), in+l.unit)+l.line(in)+"}")
		return pack(text, v), nil
	}
	entry, _, err := objectIn(container, s.Name)
	if err != nil {
		return nil, err
	}
	if entry == nil {
		in := l.indentOf(container, at)
		l.add(container, at, s.Name, l.object(sh.entry(s), in))
		return pack(text, v), nil
	}
	for _, f := range sh.entry(s) {
		m, err := member(entry, f.key)
		switch {
		case err != nil:
			return nil, err
		case m >= 0:
			entry.Members[m].Value.Value = value(quoted(f.value))
		default:
			l.add(entry, l.indentOf(container, at), f.key, quoted(f.value))
		}
	}
	return pack(text, v), nil
}

// unsetJSON takes the entry out, and the object it was in when that is then empty.
func (sh shape) unsetJSON(text []byte, name string) ([]byte, error) {
	v, root, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	container, _, err := objectIn(root, sh.container)
	if container == nil || err != nil {
		return text, err
	}
	m, err := member(container, name)
	if m < 0 || err != nil {
		return text, err
	}
	remove(container, m)
	if len(container.Members) == 0 && !strings.Contains(string(container.AfterExtra), "/") {
		if m, err = member(root, sh.container); err != nil {
			return text, err
		}
		remove(root, m)
	}
	return pack(text, v), nil
}

func pack(text []byte, v hujson.Value) []byte {
	packed := v.Pack()
	if bytes.HasPrefix(text, []byte(mark)) {
		return append([]byte(mark), packed...)
	}
	return packed
}

func value(text string) hujson.ValueTrimmed {
	v, err := hujson.Parse([]byte(text))
	if err != nil {
		panic(err) // it was written here
	}
	return v.Value
}

// member is the index of a member, -1 where there is none. A name that stands
// twice is refused: hosts differ in which of the two counts.
func member(o *hujson.Object, name string) (int, error) {
	at := -1
	for i, m := range o.Members {
		if n, ok := m.Name.Value.(hujson.Literal); ok && n.String() == name {
			if at >= 0 {
				return -1, fmt.Errorf("%q is there twice in one object", name)
			}
			at = i
		}
	}
	return at, nil
}

// objectIn is an object in an object, and how far it is indented; nil where it
// is not there.
func objectIn(o *hujson.Object, name string) (in *hujson.Object, indent string, err error) {
	i, err := member(o, name)
	if i < 0 || err != nil {
		return nil, "", err
	}
	in, ok := o.Members[i].Value.Value.(*hujson.Object)
	if !ok {
		return nil, "", fmt.Errorf("%q is no object", name)
	}
	indent, _ = indentation(o.Members[i].Name.BeforeExtra)
	return in, indent, nil
}

// remove takes a member out; comments before it stay.
func remove(o *hujson.Object, i int) {
	gone := o.Members[i]
	o.Members = append(o.Members[:i], o.Members[i+1:]...)
	kept := hujson.Extra(strings.TrimRight(string(gone.Name.BeforeExtra), " \t\r\n"))
	if i < len(o.Members) {
		next := &o.Members[i].Name
		next.BeforeExtra = append(kept, next.BeforeExtra...)
		return
	}
	if i > 0 {
		last := &o.Members[i-1].Value
		switch {
		case gone.Value.AfterExtra != nil: // a comma after the last one, as it was
			last.AfterExtra = append(hujson.Extra{}, last.AfterExtra...)
		default:
			kept = append(bytes.TrimRight(last.AfterExtra, " \t\r\n"), kept...)
			last.AfterExtra = nil
		}
	}
	o.AfterExtra = append(kept, o.AfterExtra...)
	if len(o.Members) == 0 && len(bytes.TrimSpace(o.AfterExtra)) == 0 {
		o.AfterExtra = nil
	}
}
