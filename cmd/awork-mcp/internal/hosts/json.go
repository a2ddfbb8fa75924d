package hosts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// byteOrderMark is the byte order mark with which some editors on Windows begin a file.
const byteOrderMark = "\ufeff"

// parseJSON reads JSON, with comments and trailing commas or without, whose root
// is an object. An empty file is an empty object.
func parseJSON(text []byte) (hujson.Value, *hujson.Object, error) {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	v, err := hujson.Parse(text)
	if err != nil && !bytes.HasSuffix(text, []byte("\n")) {
		// A comment at the end needs a newline.
		if with, withErr := hujson.Parse(append(bytes.Clone(text), '\n')); withErr == nil {
			v, err = with, nil
		}
	}
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

// setJSON sets the fields of the entry of that name in the container; what else
// is in the entry stays.
func setJSON(text []byte, container, name string, fields []field) ([]byte, error) {
	v, root, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	l := layoutOf(text, root)
	servers, at, err := objectIn(root, container)
	if err != nil {
		return nil, err
	}
	if servers == nil {
		in := l.indentOf(root, "")
		entry := quoted(name) + ": " + l.object(fields, in+l.unit)
		l.add(root, "", container, "{"+l.line(in+l.unit)+entry+l.line(in)+"}")
		return pack(text, v), nil
	}
	entry, _, err := objectIn(servers, name)
	if err != nil {
		return nil, err
	}
	if entry == nil {
		in := l.indentOf(servers, at)
		l.add(servers, at, name, l.object(fields, in))
		return pack(text, v), nil
	}
	for _, f := range fields {
		m, err := member(entry, f.key)
		switch {
		case err != nil:
			return nil, err
		case m >= 0:
			entry.Members[m].Value.Value = value(quoted(f.value))
		default:
			l.add(entry, l.indentOf(servers, at), f.key, quoted(f.value))
		}
	}
	return pack(text, v), nil
}

// unsetJSON takes the entry out, and the container when that is then empty.
func unsetJSON(text []byte, container, name string) ([]byte, error) {
	v, root, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	servers, _, err := objectIn(root, container)
	if servers == nil || err != nil {
		return text, err
	}
	m, err := member(servers, name)
	if m < 0 || err != nil {
		return text, err
	}
	remove(servers, m)
	if len(servers.Members) == 0 && !strings.Contains(string(servers.AfterExtra), "/") {
		if m, err = member(root, container); err != nil {
			return text, err
		}
		remove(root, m)
	}
	return pack(text, v), nil
}

// pack writes an edited file, with the byte order mark that the text had and
// without a newline at the end where it had none.
func pack(text []byte, v hujson.Value) []byte {
	packed := v.Pack()
	if len(bytes.TrimSpace(text)) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		packed = bytes.TrimSuffix(packed, []byte("\n"))
	}
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		return append([]byte(byteOrderMark), packed...)
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

// member returns the index of a member, -1 where there is none. A name that stands
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

// objectIn returns an object in an object and its indentation; nil where it is
// not there.
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
	removed := o.Members[i]
	o.Members = append(o.Members[:i], o.Members[i+1:]...)
	comments := hujson.Extra(strings.TrimRight(string(removed.Name.BeforeExtra), " \t\r\n"))
	if i < len(o.Members) {
		next := &o.Members[i].Name
		next.BeforeExtra = joined(comments, next.BeforeExtra)
		return
	}
	if i > 0 {
		last := &o.Members[i-1].Value
		switch {
		case removed.Value.AfterExtra != nil: // a comma after the last one, as it was
			last.AfterExtra = append(hujson.Extra{}, last.AfterExtra...)
		default:
			comments = joined(bytes.TrimRight(last.AfterExtra, " \t\r\n"), comments)
			last.AfterExtra = nil
		}
	}
	o.AfterExtra = joined(comments, o.AfterExtra)
	if len(o.Members) == 0 && len(bytes.TrimSpace(o.AfterExtra)) == 0 {
		o.AfterExtra = nil
	}
}

// joined returns comments and what is to follow them: on the next line where they
// end with one that goes on to the end of its line.
func joined(comments, rest hujson.Extra) hujson.Extra {
	_, err := hujson.Parse(slices.Concat(comments, hujson.Extra("null")))
	nextLine := bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r"), []byte("\n"))
	if err != nil && !nextLine {
		return slices.Concat(comments, hujson.Extra("\n"), rest)
	}
	return slices.Concat(comments, rest)
}
