package args

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// String is a text.
func String(name, description string, into *string) Field {
	return Field{name: name, description: description, value: stringValue{into}}
}

type stringValue struct{ into *string }

func (stringValue) schema() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

func (v stringValue) decode(raw json.RawMessage) error {
	if json.Unmarshal(raw, v.into) != nil {
		return errors.New("must be a string")
	}
	return nil
}

// OptionalString is a text that may be absent: into stays nil then.
func OptionalString(name, description string, into **string) Field {
	value := new(string)
	return Field{
		name:        name,
		description: description,
		keepEmpty:   true,
		value:       optional[string]{stringValue{value}, value, into},
	}
}

// OptionalStrings is a list of texts that may be absent: into stays nil
// then.
func OptionalStrings(name, description string, into **[]string) Field {
	value := new([]string)
	return Field{
		name:        name,
		description: description,
		keepEmpty:   true,
		value:       optional[[]string]{stringsValue{value}, value, into},
	}
}

type optional[T any] struct {
	value
	from *T
	into **T
}

func (v optional[T]) decode(raw json.RawMessage) error {
	*v.into = v.from
	return v.value.decode(raw)
}

// idHint says where ids of API users come from.
const idHint = "; list_api_users shows the ids"

// APIUserID is the argument apiUserId: a UUID in any form that [text.ParseUUID]
// takes.
func APIUserID(description string, into *uuid.UUID) Field {
	return Field{name: "apiUserId", description: description, hint: idHint, value: uuidValue{into}}
}

type uuidValue struct{ into *uuid.UUID }

func (uuidValue) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Format: "uuid"}
}

func (v uuidValue) decode(raw json.RawMessage) (err error) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return errors.New("must be a UUID as a string")
	}
	*v.into, err = text.ParseUUID(s)
	return err
}

// Int is an integer from least to most, also one that comes as a string.
func Int(name, description string, least, most int, into *int) Field {
	return Field{name: name, description: description, value: intValue{least, most, into}}
}

type intValue struct {
	least, most int
	into        *int
}

func (v intValue) schema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type:    "integer",
		Minimum: jsonschema.Ptr(float64(v.least)),
		Maximum: jsonschema.Ptr(float64(v.most)),
	}
}

func (v intValue) decode(raw json.RawMessage) error {
	n, err := strconv.ParseFloat(strings.TrimSpace(plain(raw)), 64)
	if err != nil || n != float64(int(n)) || n < float64(v.least) || n > float64(v.most) {
		return fmt.Errorf("must be a whole number from %d to %d", v.least, v.most)
	}
	*v.into = int(n)
	return nil
}

// Bool is true or false, also as a string.
func Bool(name, description string, into *bool) Field {
	return Field{name: name, description: description, value: boolValue{into}}
}

type boolValue struct{ into *bool }

func (boolValue) schema() *jsonschema.Schema { return &jsonschema.Schema{Type: "boolean"} }

func (v boolValue) decode(raw json.RawMessage) error {
	switch strings.ToLower(strings.TrimSpace(plain(raw))) {
	case "true":
		*v.into = true
	case "false":
		*v.into = false
	default:
		return errors.New("must be true or false")
	}
	return nil
}

// Admin is the argument admin. It takes the JSON value true and no other way of
// writing it: nobody is made an admin by a coercion. false is taken too, for
// agents that fill in all there is, and sets denied.
func Admin(into, denied *bool) Field {
	return Field{
		name:        "admin",
		description: "true to make it an admin",
		keepEmpty:   true,
		value:       adminValue{into, denied},
	}
}

type adminValue struct{ into, denied *bool }

func (adminValue) schema() *jsonschema.Schema { return &jsonschema.Schema{Type: "boolean"} }

func (v adminValue) decode(raw json.RawMessage) error {
	if json.Unmarshal(raw, v.into) != nil {
		return errors.New("must be the JSON value true, or be left out")
	}
	*v.denied = !*v.into
	return nil
}

// Date is a date, or a date and time; without an offset it is UTC.
func Date(name, description string, into *time.Time) Field {
	return Field{name: name, description: description, value: dateValue{into}}
}

type dateValue struct{ into *time.Time }

func (dateValue) schema() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

func (v dateValue) decode(raw json.RawMessage) error {
	s := strings.TrimSpace(plain(raw))
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			*v.into = t.UTC()
			return nil
		}
	}
	return errors.New("must be a date such as 2025-06-30, or a date and time such as 2025-06-30T12:00:00Z")
}
