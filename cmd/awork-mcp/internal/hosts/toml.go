package hosts

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

func decodeTOML(text []byte) (map[string]any, error) {
	m := map[string]any{}
	err := toml.Unmarshal(bytes.TrimPrefix(text, []byte(byteOrderMark)), &m)
	var d *toml.DecodeError
	if errors.As(err, &d) {
		line, column := d.Position()
		return nil, fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	return m, err
}

// table is a part of a TOML file that begins with [a.b] and ends before the next
// such line, or before the comments above that one.
type table struct {
	path       []string
	start, end int
	values     []tomlValue
}

// tomlValue is where the value of a key stands.
type tomlValue struct {
	key        string
	start, end int
}

// tables finds the tables of a file, in their order.
func tables(text []byte) ([]table, error) {
	var all []table
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		var path []string
		var first, last unstable.Range
		for k := e.Key(); k.Next(); {
			if last = k.Node().Raw; path == nil {
				first = last
			}
			path = append(path, string(k.Node().Data))
		}
		switch {
		case e.Kind != unstable.KeyValue:
			start := bytes.LastIndexByte(text[:first.Offset], '\n') + 1
			if len(all) > 0 {
				all[len(all)-1].end = ownEnd(text, all[len(all)-1].start, start)
			}
			all = append(all, table{path: path, start: start, end: ownEnd(text, start, len(text))})
		case len(all) > 0 && len(path) == 1:
			from := int(last.Offset + last.Length)
			from += bytes.IndexByte(text[from:], '=') + 1
			from += len(text[from:]) - len(bytes.TrimLeft(text[from:], " \t"))
			t := &all[len(all)-1]
			t.values = append(t.values, tomlValue{path[0], from, int(e.Raw.Offset + e.Raw.Length)})
		}
	}
	return all, p.Error()
}

// ownEnd returns where a table ends without the blank lines and comments at its
// end: they belong to what follows.
func ownEnd(text []byte, start, end int) int {
	for end > start {
		line := bytes.LastIndexByte(text[:end-1], '\n') + 1
		if t := bytes.TrimSpace(text[line:end]); len(t) > 0 && t[0] != '#' {
			break
		}
		end = line
	}
	return end
}

// setTOML sets the fields of the table of that name in the container: its values
// where it is there, else at the end of the file. A file without a newline at its
// end stays one.
func setTOML(text []byte, container, name string, fields []field) ([]byte, error) {
	mark, text := cutMark(text)
	all, err := tables(text)
	if err != nil {
		return nil, err
	}
	newline := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		newline = "\r\n"
	}
	for _, t := range all {
		if slices.Equal(t.path, []string{container, name}) {
			return slices.Concat(mark, setValues(text, t, fields, newline)), nil
		}
	}
	ended := len(text) == 0 || text[len(text)-1] == '\n'
	var b strings.Builder
	b.Write(mark)
	b.Write(text)
	if !ended {
		b.WriteString(newline)
	}
	if len(text) > 0 {
		b.WriteString(newline)
	}
	b.WriteString("[" + container + "." + name + "]")
	for _, f := range fields {
		b.WriteString(newline + f.key + " = " + inTOML(f.value))
	}
	if ended {
		b.WriteString(newline)
	}
	return []byte(b.String()), nil
}

// cutMark splits the byte order mark off, where there is one.
func cutMark(text []byte) (mark, rest []byte) {
	if rest, ok := bytes.CutPrefix(text, []byte(byteOrderMark)); ok {
		return []byte(byteOrderMark), rest
	}
	return nil, text
}

// setValues sets the fields in a table. It goes from the end to the beginning,
// so that the places stay right.
func setValues(text []byte, t table, fields []field, newline string) []byte {
	out := slices.Clone(text)
	missing := slices.Clone(fields)
	for _, v := range slices.Backward(t.values) {
		for i, f := range missing {
			if f.key == v.key {
				out = slices.Replace(out, v.start, v.end, []byte(inTOML(f.value))...)
				missing = slices.Delete(missing, i, i+1)
				break
			}
		}
	}
	line := t.start + bytes.IndexByte(append(out[t.start:], '\n'), '\n') + 1
	if line > len(out) {
		out = append(out, newline...)
		line = len(out)
	}
	for _, f := range slices.Backward(missing) {
		out = slices.Insert(out, line, []byte(f.key+" = "+inTOML(f.value)+newline)...)
	}
	return out
}

// unsetTOML takes the server's table out, with those below it.
func unsetTOML(text []byte, container, name string) ([]byte, error) {
	mark, text := cutMark(text)
	all, err := tables(text)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(text)
	for _, t := range slices.Backward(all) {
		if len(t.path) < 2 || t.path[0] != container || t.path[1] != name {
			continue
		}
		before, after := out[:t.start], out[min(t.end, len(out)):]
		// One of the blank lines around it goes with it.
		if blank := len(bytes.TrimRight(before, "\r\n")); len(after) == 0 || after[0] == '\n' || after[0] == '\r' {
			end := bytes.IndexByte(before[blank:], '\n')
			if end >= 0 && blank+end+1 < len(before) {
				before = before[:len(before)-len(lastNewline(before))]
			}
		}
		if len(after) == 0 && !bytes.HasSuffix(out, []byte("\n")) {
			before = before[:len(before)-len(lastNewline(before))]
		}
		out = slices.Concat(before, after)
	}
	return slices.Concat(mark, out), nil
}

// lastNewline returns the newline at the end; "" where there is none.
func lastNewline(b []byte) string {
	switch {
	case bytes.HasSuffix(b, []byte("\r\n")):
		return "\r\n"
	case bytes.HasSuffix(b, []byte("\n")):
		return "\n"
	}
	return ""
}
