package sandbox

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// The filter expressions of https://developers.awork.com/filtering: comparisons
// (eq ne gt lt ge le), and, or, not, parentheses, in ('a','b'), startswith,
// endswith and substringof, on the properties of a record, nested ones with
// slashes. What else awork documents (any, count, tolower, dates by name) is
// refused as if it were no filter.

// filter is a parsed expression.
type filter interface {
	matches(record reflect.Value) bool
}

type junction struct {
	all         bool // and; else or
	left, right filter
}

func (j junction) matches(r reflect.Value) bool {
	if j.all {
		return j.left.matches(r) && j.right.matches(r)
	}
	return j.left.matches(r) || j.right.matches(r)
}

type negation struct{ of filter }

func (n negation) matches(r reflect.Value) bool { return !n.of.matches(r) }

// comparison compares a property with literals: with one, or for in with any.
type comparison struct {
	property property
	operator string
	literals []operand
}

func (c comparison) matches(r reflect.Value) bool {
	value := c.property.of(r)
	for _, l := range c.literals {
		if fits(value, c.operator, l) {
			return true
		}
	}
	return false
}

// fits compares, where null is equal to null alone and never more or less.
func fits(value operand, operator string, literal operand) bool {
	text, part := strings.ToLower(value.text), strings.ToLower(literal.text)
	switch operator {
	case "startswith":
		return strings.HasPrefix(text, part)
	case "endswith":
		return strings.HasSuffix(text, part)
	case "substringof":
		return strings.Contains(text, part)
	}
	null := value.kind == "null" || literal.kind == "null"
	order := compare(value, literal)
	switch operator {
	case "ne":
		return order != 0
	case "gt":
		return !null && order > 0
	case "ge":
		return !null && order >= 0
	case "lt":
		return !null && order < 0
	case "le":
		return !null && order <= 0
	}
	return order == 0
}

// parseLiteral reads guid'…', datetime'…', 'text', a number, true, false or null.
func parseLiteral(token string) (operand, error) {
	prefix, quoted, isQuoted := strings.Cut(token, "'")
	text := strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), "''", "'")
	switch {
	case isQuoted && prefix == "":
		return operand{kind: "text", text: text}, nil
	case isQuoted && prefix == "guid":
		id, isGUID := parseGUID(text)
		if !isGUID {
			return operand{}, fmt.Errorf("%s is no GUID", token)
		}
		return operand{kind: "guid", text: id}, nil
	case isQuoted && prefix == "datetime":
		t, err := parseTime(text)
		return operand{kind: "datetime", at: t}, err
	case token == "true" || token == "false":
		return boolean(token == "true"), nil
	case token == "null":
		return operand{kind: "null"}, nil
	}
	n, err := strconv.ParseFloat(token, 64)
	return operand{kind: "number", number: n}, err
}

func parseTime(text string) (time.Time, error) {
	var t time.Time
	var err error
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err = time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return t, err
}
