package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// boolMapper reads booleans in every form that people write in an environment.
type boolMapper struct{}

func (boolMapper) IsBool() bool { return true }

// Decode implements [kong.Mapper].
func (boolMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	switch value := fmt.Sprint(ctx.Scan.Pop().Value); strings.ToLower(strings.TrimSpace(value)) {
	case "true", "1", "yes", "on":
		target.SetBool(true)
	case "false", "0", "no", "off":
		target.SetBool(false)
	default:
		return fmt.Errorf("must be true/false, 1/0, yes/no or on/off, not %q", value)
	}
	return nil
}

// list is a setting of several values, comma-separated or repeated. An empty
// entry is refused: a list that came out empty by mistake must not allow
// everything.
type list []string

// Decode implements [kong.MapperValue].
func (l *list) Decode(ctx *kong.DecodeContext) error {
	var value string
	if err := ctx.Scan.PopValueInto("list", &value); err != nil {
		return err
	}
	for entry := range strings.SplitSeq(value, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			return errors.New("has an empty entry: name something, or leave it out")
		}
		*l = append(*l, entry)
	}
	return nil
}
