package jsonrpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

const space = " \t\r\n"

// Trim takes the white space around a message off, and the byte order mark before it.
func Trim(data []byte) []byte {
	return bytes.Trim(bytes.TrimPrefix(bytes.Trim(data, space), []byte("\ufeff")), space)
}

// checker goes through a message once. The message is known to be JSON.
type checker struct {
	data []byte
	pos  int

	fault       error // the first
	idIsInDoubt bool
	empty       []emptyArray
}

// emptyArray is an array without elements where an object belongs: PHP writes one
// for an object without members.
type emptyArray struct {
	from, to    int
	replacement string
}

// checkNames reports what is wrong with the names in a message, and whether that
// leaves its id in doubt. Names that the protocol knows must be written exactly so,
// and none may appear twice in one object: a gateway in front of the server must see
// the same call as the server. Where the message has empty arrays in place of
// objects, repaired is the message without them; else it is nil.
func checkNames(data []byte) (repaired []byte, idIsInDoubt bool, err error) {
	c := checker{data: data}
	c.value(clientMessage, 0)
	from := 0
	for _, e := range c.empty {
		repaired = append(repaired, data[from:e.from]...)
		repaired = append(repaired, e.replacement...)
		from = e.to
	}
	if repaired != nil {
		repaired = append(repaired, data[from:]...)
	}
	return repaired, c.idIsInDoubt, c.fault
}

// value goes through a value. o is what belongs there, nil where it is no object.
func (c *checker) value(o *object, depth int) {
	c.skip(space)
	switch c.data[c.pos] {
	case '{':
		c.object(o, depth)
	case '[':
		c.array(o, depth)
	case '"':
		c.text()
	default: // a number or a word
		for c.pos < len(c.data) && !bytes.ContainsRune([]byte(",]}"+space), rune(c.data[c.pos])) {
			c.pos++
		}
	}
}

func (c *checker) object(o *object, depth int) {
	var names uniqueNames
	c.pos++ // the brace
	for c.skip(space + ","); c.data[c.pos] != '}'; c.skip(space + ",") {
		name := c.text()
		if known := o.misspelled(name); known != "" {
			c.fail(fmt.Errorf("%q must be written %q", cut(name), known), depth == 0 && known == "id")
		}
		if !names.add(name) {
			c.fail(fmt.Errorf("%q appears twice in one object", cut(name)), depth == 0 && name == "id")
		}
		c.skip(space + ":")
		c.value(o.member(name), depth+1)
	}
	c.pos++
}

func (c *checker) array(o *object, depth int) {
	from := c.pos
	c.pos++ // the bracket
	c.skip(space)
	if c.data[c.pos] == ']' && o != nil {
		replacement := "{}"
		if o.capability {
			replacement = "null"
		}
		c.empty = append(c.empty, emptyArray{from, c.pos + 1, replacement})
	}
	for ; c.data[c.pos] != ']'; c.skip(space + ",") {
		c.value(nil, depth+1)
	}
	c.pos++
}

// text goes through a string and returns it.
func (c *checker) text() (s string) {
	from := c.pos
	for c.pos++; c.data[c.pos] != '"'; c.pos++ {
		if c.data[c.pos] == '\\' {
			c.pos++
		}
	}
	c.pos++
	raw := c.data[from:c.pos]
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	_ = json.Unmarshal(raw, &s) // it is known to be JSON
	return s
}

func (c *checker) skip(any string) {
	for c.pos < len(c.data) && bytes.IndexByte([]byte(any), c.data[c.pos]) >= 0 {
		c.pos++
	}
}

func (c *checker) fail(err error, ofID bool) {
	if c.fault == nil {
		c.fault = err
	}
	c.idIsInDoubt = c.idIsInDoubt || ofID
}

// uniqueNames are the names of one object. Few have many.
type uniqueNames struct {
	few  []string
	many map[string]bool
}

// add reports whether the name is new.
func (u *uniqueNames) add(name string) bool {
	if u.many[name] || slices.Contains(u.few, name) {
		return false
	}
	if len(u.few) < 16 {
		u.few = append(u.few, name)
		return true
	}
	if u.many == nil {
		u.many = map[string]bool{}
	}
	u.many[name] = true
	return true
}

// cut shortens what a client sent for an error.
func cut(name string) string {
	if runes := []rune(name); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return name
}
