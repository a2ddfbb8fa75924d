package hosts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// input is a value that VS Code asks its user for and stores encrypted; entries
// refer to it by its id. The list of inputs stands beside the servers.
type input struct{ id, description string }

func (i input) text() string {
	return fmt.Sprintf(`{"type": "promptString", "id": %s, "description": %s, "password": true}`,
		quoted(i.id), quoted(i.description))
}

const inputList = "inputs"

// inputID returns the id of the input that stands for a header's variable.
func inputID(server, variable string) string { return server + "-" + variable }

// inputs returns those that a server needs; none where the host has no inputs.
func (f format) inputs(s *Server) []input {
	if !f.prompts || s == nil {
		return nil
	}
	var all []input
	for _, h := range s.Headers {
		description := strings.TrimSpace("The token for " + s.URL + " (" + h.Name + ")")
		all = append(all, input{inputID(s.Name, h.Variable), description})
	}
	return all
}

// inputsOf returns the ids of the server's own inputs that an entry refers to.
func (f format) inputsOf(entry any, server string) []string {
	if !f.prompts {
		return nil
	}
	m, _ := entry.(map[string]any)
	headers, _ := m["headers"].(map[string]any)
	var ids []string
	for _, value := range headers {
		text, _ := value.(string)
		for _, ref := range regexp.MustCompile(`\$\{input:([^}]+)\}`).FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(ref[1], inputID(server, "")) {
				ids = append(ids, ref[1])
			}
		}
	}
	return ids
}

// setInputs adds those inputs to a file that it does not have.
func setInputs(text []byte, wanted []input) ([]byte, error) {
	v, root, err := parseJSON(text)
	if err != nil || len(wanted) == 0 {
		return text, err
	}
	l := layoutOf(text, root)
	list, err := inputsIn(root)
	if err != nil {
		return nil, err
	}
	indent := l.indentOf(root, "")
	if list == nil {
		var elements []string
		for _, in := range wanted {
			elements = append(elements, l.line(indent+l.unit)+in.text())
		}
		l.add(root, "", inputList, "["+strings.Join(elements, ",")+l.line(indent)+"]")
		return pack(text, v), nil
	}
	for _, in := range wanted {
		if !slices.ContainsFunc(list.Elements, func(e hujson.Value) bool { return idOf(e) == in.id }) {
			l.addElement(list, indent, in.text())
		}
	}
	return pack(text, v), nil
}

// unsetInputs takes inputs out of a file, and their list when that is then empty.
func unsetInputs(text []byte, ids []string) ([]byte, error) {
	v, root, err := parseJSON(text)
	if err != nil || len(ids) == 0 {
		return text, err
	}
	list, err := inputsIn(root)
	if list == nil || err != nil {
		return text, err
	}
	list.Elements = slices.DeleteFunc(list.Elements, func(e hujson.Value) bool { return slices.Contains(ids, idOf(e)) })
	if n := len(list.Elements); n > 0 && !strings.Contains(string(list.Elements[n-1].AfterExtra), "/") {
		list.Elements[n-1].AfterExtra = nil
	}
	if len(list.Elements) == 0 && !strings.Contains(string(list.AfterExtra), "/") {
		m, err := member(root, inputList)
		if err != nil {
			return nil, err
		}
		remove(root, m)
	}
	return pack(text, v), nil
}

// inputsIn returns the list of inputs; nil where there is none.
func inputsIn(root *hujson.Object) (*hujson.Array, error) {
	m, err := member(root, inputList)
	if m < 0 || err != nil {
		return nil, err
	}
	list, ok := root.Members[m].Value.Value.(*hujson.Array)
	if !ok {
		return nil, fmt.Errorf("%q is no list", inputList)
	}
	return list, nil
}

// idOf returns the id of an input; "" where it has none.
func idOf(element hujson.Value) string {
	o, ok := element.Value.(*hujson.Object)
	if !ok {
		return ""
	}
	m, err := member(o, "id")
	if m < 0 || err != nil {
		return ""
	}
	id, _ := o.Members[m].Value.Value.(hujson.Literal)
	return id.String()
}

// withoutInputs returns a decoded list of inputs without some.
func withoutInputs(list any, ids []string) any {
	all, ok := list.([]any)
	if !ok {
		return list
	}
	return slices.DeleteFunc(slices.Clone(all), func(e any) bool {
		m, _ := e.(map[string]any)
		id, _ := m["id"].(string)
		return slices.Contains(ids, id)
	})
}
