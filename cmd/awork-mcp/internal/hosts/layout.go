package hosts

import (
	"bytes"
	"strings"

	"github.com/tailscale/hujson"
)

// layout is how a JSON file is laid out, so that what is added looks the same.
type layout struct {
	newline string // "" where all is on one line
	unit    string // one step of indentation
}

func layoutOf(text []byte, root *hujson.Object) layout {
	l := layout{newline: "\n", unit: "  "}
	if bytes.Contains(text, []byte("\r\n")) {
		l.newline = "\r\n"
	}
	if len(root.Members) == 0 {
		return l
	}
	indent, multiline := indentation(root.Members[0].Name.BeforeExtra)
	switch {
	case !multiline:
		return layout{}
	case indent != "":
		l.unit = indent
	}
	return l
}

// line returns the beginning of a new line.
func (l layout) line(indent string) string {
	if l.newline == "" {
		return ""
	}
	return l.newline + indent
}

// indentation returns that of the last line of what stands before a name;
// multiline is false where the name is on the line of what goes before it.
func indentation(before hujson.Extra) (indent string, multiline bool) {
	i := bytes.LastIndexByte(before, '\n')
	if i < 0 {
		return "", false
	}
	rest := string(before[i+1:])
	return rest[:len(rest)-len(strings.TrimLeft(rest, " \t"))], true
}

// indentOf returns the indentation of the members of an object that is itself
// indented by outer.
func (l layout) indentOf(o *hujson.Object, outer string) string {
	if len(o.Members) > 0 {
		if indent, multiline := indentation(o.Members[len(o.Members)-1].Name.BeforeExtra); multiline {
			return indent
		}
	}
	return outer + l.unit
}

// object writes an object whose own line is indented by indent.
func (l layout) object(fields []field, indent string) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = l.line(indent+l.unit) + quoted(f.key) + ": " + quoted(f.value)
	}
	comma := ","
	if l.newline == "" {
		comma = ", "
	}
	return "{" + strings.Join(parts, comma) + l.line(indent) + "}"
}

// add puts a member at the end of an object that is indented by outer. Comments
// after the one that was the last stay beside it.
func (l layout) add(o *hujson.Object, outer, name, text string) {
	before, indent := bytes.TrimRight(o.AfterExtra, " \t\r\n"), l.indentOf(o, outer)
	added := hujson.ObjectMember{
		Name:  hujson.Value{Value: value(quoted(name))},
		Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: value(text)},
	}
	multiline := l.newline != ""
	if n := len(o.Members); n > 0 {
		_, multiline = indentation(o.Members[n-1].Name.BeforeExtra)
		last := &o.Members[n-1].Value
		if last.AfterExtra != nil { // a comma follows the last one
			added.Value.AfterExtra = hujson.Extra{}
		}
		if len(bytes.TrimSpace(last.AfterExtra)) == 0 {
			last.AfterExtra = nil
		}
	}
	switch {
	case multiline && l.newline != "":
		added.Name.BeforeExtra = joined(before, hujson.Extra(l.line(indent)))
		o.AfterExtra = hujson.Extra(l.line(outer))
	case len(o.Members) > 0:
		added.Name.BeforeExtra = joined(before, hujson.Extra(" "))
		o.AfterExtra = o.AfterExtra[len(before):]
	default:
		added.Name.BeforeExtra = joined(before, nil)
		o.AfterExtra = o.AfterExtra[len(before):]
	}
	o.Members = append(o.Members, added)
}

// addElement puts an element at the end of a list whose own line is indented by
// outer.
func (l layout) addElement(list *hujson.Array, outer, text string) {
	added := hujson.Value{BeforeExtra: hujson.Extra(l.line(outer + l.unit)), Value: value(text)}
	n := len(list.Elements)
	if n == 0 {
		list.AfterExtra = append(list.AfterExtra, l.line(outer)...)
		list.Elements = append(list.Elements, added)
		return
	}
	last := &list.Elements[n-1]
	if indent, multiline := indentation(last.BeforeExtra); multiline {
		added.BeforeExtra = hujson.Extra(l.line(indent))
	} else {
		added.BeforeExtra = hujson.Extra(" ")
	}
	if last.AfterExtra != nil { // a comma follows the last one
		added.AfterExtra = hujson.Extra{}
	}
	if len(bytes.TrimSpace(last.AfterExtra)) == 0 {
		last.AfterExtra = nil
	}
	list.Elements = append(list.Elements, added)
}
