package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"
)

// field is one argument of a tool: what the schema says of it, and how its value
// is taken. One list of fields makes the schema and decodes the arguments, so
// the two can't differ.
type field struct {
	name     string
	required bool
	schema   func() *jsonschema.Schema
	// take decodes a value that is not null; what it returns as an error
	// completes "<name> ".
	take func(json.RawMessage) error
}

func (f field) must() field {
	f.required = true
	return f
}

// schemaOf is the closed input schema of a list of fields.
func schemaOf(fields []field) *jsonschema.Schema {
	// Some providers want properties even where there are none.
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}, AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
	for _, f := range fields {
		s.Properties[f.name] = f.schema()
		s.PropertyOrder = append(s.PropertyOrder, f.name)
		if f.required {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

// decode takes the arguments of a call. An argument that is not in fields, a
// required one that is missing or null, and a value of the wrong form are
// errors that name the argument and quote what was received. Good arguments are
// taken even where another is refused.
func decode(raw json.RawMessage, fields []field) error {
	var args map[string]json.RawMessage
	if len(bytes.TrimSpace(raw)) > 0 && json.Unmarshal(raw, &args) != nil {
		return refuse(InvalidInput, "The arguments must be a JSON object.")
	}
	var failure error
	for _, f := range fields {
		value, given := args[f.name]
		delete(args, f.name)
		var err error
		switch {
		case given && string(value) != "null":
			if problem := f.take(value); problem != nil {
				err = refuse(InvalidInput, "%s %s; received %s.", f.name, problem, quoted(plain(value)))
			}
		case f.required:
			err = refuse(InvalidInput, "%s is required.", f.name)
		}
		if failure == nil {
			failure = err
		}
	}
	if len(args) > 0 && failure == nil {
		unknown := slices.Sorted(maps.Keys(args))
		failure = refuse(InvalidInput, "There is no argument %s; %s.", quoted(unknown[0]), knownArguments(fields))
	}
	return failure
}

func knownArguments(fields []field) string {
	if len(fields) == 0 {
		return "this tool takes none"
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return "this tool takes " + strings.Join(names, ", ")
}

// plain is a JSON value as a person would write it: a string without its marks.
func plain(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}

func stringField(name, description string, into *string) field {
	schema := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Description: description} }
	return field{name: name, schema: schema, take: func(value json.RawMessage) error {
		if json.Unmarshal(value, into) != nil {
			return errors.New("must be a string")
		}
		return nil
	}}
}

// optional makes a field whose absence can be told: into stays nil then.
func optional[T any](make func(name, description string, into *T) field, name, description string, into **T) field {
	value := new(T)
	f := make(name, description, value)
	take := f.take
	f.take = func(raw json.RawMessage) error {
		*into = value
		return take(raw)
	}
	return f
}

func apiUserIDField(description string, into *uuid.UUID) field {
	schema := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Format: "uuid", Description: description}
	}
	return field{name: "apiUserId", schema: schema, take: func(value json.RawMessage) (err error) {
		var s string
		if json.Unmarshal(value, &s) != nil {
			return errors.New("must be a UUID as a string")
		}
		*into, err = parseUUID(s)
		return err
	}}
}

// intField takes a whole number, also one that comes as a string.
func intField(name, description string, least, most int, into *int) field {
	schema := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "integer", Description: description, Minimum: jsonschema.Ptr(float64(least)), Maximum: jsonschema.Ptr(float64(most))}
	}
	return field{name: name, schema: schema, take: func(value json.RawMessage) error {
		n, err := strconv.ParseFloat(strings.TrimSpace(plain(value)), 64)
		if err != nil || n != float64(int(n)) || n < float64(least) || n > float64(most) {
			return fmt.Errorf("must be a whole number from %d to %d", least, most)
		}
		*into = int(n)
		return nil
	}}
}

// boolField takes a boolean, also one that comes as a string.
func boolField(name, description string, into *bool) field {
	schema := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "boolean", Description: description} }
	return field{name: name, schema: schema, take: func(value json.RawMessage) (err error) {
		switch strings.ToLower(strings.TrimSpace(plain(value))) {
		case "true":
			*into = true
		case "false":
			*into = false
		default:
			return errors.New("must be true or false")
		}
		return nil
	}}
}

// dateField takes a date, or a date and time; without an offset it is UTC.
func dateField(name, description string, into *time.Time) field {
	schema := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Description: description} }
	return field{name: name, schema: schema, take: func(value json.RawMessage) error {
		s := strings.TrimSpace(plain(value))
		for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
			if t, err := time.Parse(layout, s); err == nil {
				*into = t.UTC()
				return nil
			}
		}
		return errors.New("must be a date such as 2025-06-30, or a date and time such as 2025-06-30T12:00:00Z")
	}}
}

// stringsField takes a list of texts, also one that comes as a string.
func stringsField(name, description string, into *[]string) field {
	schema := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "array", Description: description, Items: &jsonschema.Schema{Type: "string"}}
	}
	return field{name: name, schema: schema, take: func(value json.RawMessage) error {
		if json.Unmarshal([]byte(plain(value)), into) != nil {
			return errors.New("must be a list of texts")
		}
		return nil
	}}
}

// adminField takes the JSON value true, and no other way of saying it: nobody is
// made an admin by a coercion. false is taken too, for agents that fill in all
// there is, and told apart from nothing.
func adminField(into, denied *bool) field {
	schema := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "boolean", Description: "true to make it an admin"}
	}
	return field{name: "admin", schema: schema, take: func(value json.RawMessage) error {
		if json.Unmarshal(value, into) != nil {
			return errors.New("must be the JSON value true, or be left out")
		}
		*denied = !*into
		return nil
	}}
}

// codeField takes the code of an earlier answer.
func codeField(into *string) field {
	return stringField(codeArgument, "from an earlier confirmation_required answer, once the user agreed", into)
}

// uuidsField takes a list of UUIDs, also one that comes as a string, and merges
// duplicates.
func uuidsField(name, description string, most int, into *[]uuid.UUID) field {
	schema := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "array", Description: description, Items: &jsonschema.Schema{Type: "string", Format: "uuid"},
			MinItems: jsonschema.Ptr(1), MaxItems: jsonschema.Ptr(most)}
	}
	return field{name: name, schema: schema, take: func(value json.RawMessage) error {
		var entries []string
		text := plain(value)
		if json.Unmarshal([]byte(text), &entries) != nil {
			// A single id, or several with commas between them, is clear enough.
			if entries = strings.Split(text, ","); strings.HasPrefix(strings.TrimSpace(text), "[") {
				return errors.New("must be a list of UUIDs as strings")
			}
		}
		var ids []uuid.UUID
		for i, entry := range entries {
			id, err := parseUUID(entry)
			if err != nil {
				return fmt.Errorf("must be a list of UUIDs; number %d is %s", i+1, quoted(entry))
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 || len(ids) > most {
			return fmt.Errorf("must hold 1 to %d UUIDs, not %d", most, len(ids))
		}
		*into = ids
		return nil
	}}
}
