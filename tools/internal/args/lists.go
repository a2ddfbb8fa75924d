package args

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Strings is a list of texts, also one that comes as a string of JSON.
func Strings(name, description string, into *[]string) Field {
	return Field{name: name, description: description, value: stringsValue{into}}
}

type stringsValue struct{ into *[]string }

func (stringsValue) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}}
}

func (v stringsValue) decode(raw json.RawMessage) error {
	if json.Unmarshal([]byte(plain(raw)), v.into) != nil {
		return errors.New("must be a list of texts")
	}
	return nil
}

// UUIDs is a list of 1 to most UUIDs, also one that comes as a string, in which
// one that comes twice counts once.
func UUIDs(name, description string, most int, into *[]uuid.UUID) Field {
	return Field{name: name, description: description, hint: idHint, value: uuidsValue{most, into}}
}

type uuidsValue struct {
	most int
	into *[]uuid.UUID
}

func (v uuidsValue) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string", Format: "uuid"},
		MinItems: jsonschema.Ptr(1), MaxItems: jsonschema.Ptr(v.most)}
}

func (v uuidsValue) decode(raw json.RawMessage) error {
	entries, err := entriesOf(plain(raw))
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for i, entry := range entries {
		id, err := text.ParseUUID(entry)
		if err != nil {
			return fmt.Errorf("must be a list of UUIDs; number %d is %s", i+1, text.Quote(entry))
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || len(ids) > v.most {
		return fmt.Errorf("must hold 1 to %d UUIDs, not %d", v.most, len(ids))
	}
	*v.into = ids
	return nil
}

// entriesOf takes a JSON list of strings, or texts with commas between them.
func entriesOf(list string) ([]string, error) {
	var entries []string
	if json.Unmarshal([]byte(list), &entries) == nil {
		return entries, nil
	}
	if strings.HasPrefix(strings.TrimSpace(list), "[") {
		return nil, errors.New("must be a list of UUIDs as strings")
	}
	return strings.Split(list, ","), nil
}
