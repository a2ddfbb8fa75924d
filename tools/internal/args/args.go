// Package args turns the arguments of a tool call into Go values. One list of
// fields makes a tool's input schema and decodes its calls, so the two can't
// differ:
//
//	fields := []args.Field{
//		args.APIUserID("id of the API user", &in.id).Require(),
//		args.String("name", "new name", &in.name),
//	}
//	schema := args.Schema(fields)
//	err := args.Decode(raw, fields)
//
// What is refused is a [result.RefusalError] with the outcome invalid_input.
package args

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Field is one argument of a tool: its schema, and how its value is decoded.
type Field struct {
	name     string
	required bool
	// keepEmpty: an empty text is a value, and not the same as none.
	keepEmpty   bool
	description string
	// hint ends a refusal with where values come from.
	hint  string
	value value
}

// value is the type of an argument, with where its value goes.
type value interface {
	schema() *jsonschema.Schema
	// decode takes a value that is not null; its error completes "<name> ".
	decode(json.RawMessage) error
}

// Require returns f as an argument that must be given.
func (f Field) Require() Field {
	f.required = true
	return f
}

// Schema returns the closed input schema of fields.
func Schema(fields []Field) *jsonschema.Schema {
	// Some providers want properties even where there are none.
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
	for _, f := range fields {
		p := f.value.schema()
		p.Description = f.description
		s.Properties[f.name] = p
		s.PropertyOrder = append(s.PropertyOrder, f.name)
		if f.required {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

// isHostArgument reports whether some hosts send an argument along with every call:
// n8n adds the first four, Gemini CLI the last.
func isHostArgument(name string) bool {
	switch name {
	case "toolCallId", "sessionId", "chatInput", "action", "wait_for_previous":
		return true
	}
	return false
}

// Decode decodes the arguments of a call into where fields point. It refuses an
// argument that is not in fields (those that hosts are known to add to every
// call are ignored), a required one that is missing or null, and a value of the
// wrong form; the refusal names the argument and quotes what was received. An
// empty text for an argument that may be left out counts as left out. Good
// arguments are decoded even where another is refused.
func Decode(raw json.RawMessage, fields []Field) error {
	var given map[string]json.RawMessage
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && !bytes.Equal(raw, []byte("[]")) && json.Unmarshal(raw, &given) != nil {
		return result.Refuse(result.InvalidInput, "The arguments must be a JSON object.")
	}
	var first error
	for _, f := range fields {
		err := f.decode(given[f.name])
		if first == nil {
			first = err
		}
		delete(given, f.name)
	}
	maps.DeleteFunc(given, func(name string, _ json.RawMessage) bool { return isHostArgument(name) })
	if len(given) > 0 {
		// Named first: a misspelled name is the reason why another is missing.
		unknown := slices.Min(slices.Collect(maps.Keys(given)))
		return result.Refuse(result.InvalidInput, "There is no argument %s; %s.", text.Quote(unknown), known(fields))
	}
	return first
}

func (f Field) decode(raw json.RawMessage) error {
	left := raw == nil || string(raw) == "null" ||
		!f.required && !f.keepEmpty && strings.TrimSpace(plain(raw)) == ""
	switch {
	case left && f.required:
		return result.Refuse(result.InvalidInput, "%s is required%s.", f.name, f.hint)
	case left:
		return nil
	}
	if err := f.value.decode(raw); err != nil {
		return result.Refuse(result.InvalidInput, "%s %s%s; received %s.", f.name, err, f.hint,
			text.Quote(plain(raw)))
	}
	return nil
}

func known(fields []Field) string {
	if len(fields) == 0 {
		return "this tool takes none"
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return "this tool takes " + strings.Join(names, ", ")
}

// plain returns a JSON value as a person would write it: a string without its
// marks.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
