package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"
)

// parseArguments makes of each key=value what the tool's schema wants: JSON for an
// array, a number or a boolean, where the value is JSON, else text. The tool refuses
// a key that it does not take.
func parseArguments(t mcp.Tool, words []string) (map[string]any, error) {
	properties, err := propertiesOf(t)
	if err != nil {
		return nil, err
	}
	arguments := map[string]any{}
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		property := properties[key]
		_, twice := arguments[key]
		switch {
		case !ok:
			return nil, usage("%q is not an argument: write key=value; %s takes %s", word, t.Name, listNames(properties))
		case twice:
			return nil, usage("%s is given twice: give it once", key)
		case (property == nil || property.Type != "string") && json.Valid([]byte(value)):
			arguments[key] = json.RawMessage(value)
		default:
			arguments[key] = value
		}
	}
	return arguments, nil
}

// propertiesOf returns the arguments that a tool takes.
func propertiesOf(t mcp.Tool) (map[string]*jsonschema.Schema, error) {
	var schema jsonschema.Schema
	if err := json.Unmarshal(t.RawInputSchema, &schema); err != nil {
		return nil, err
	}
	return schema.Properties, nil
}

func listNames(properties map[string]*jsonschema.Schema) string {
	if len(properties) == 0 {
		return "no arguments"
	}
	return strings.Join(slices.Sorted(maps.Keys(properties)), ", ")
}
