package sandbox

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// operand is one side of a comparison: of kind guid or text it is in text, of
// datetime in at, of number or boolean in number; null is nowhere.
type operand struct {
	kind   string
	text   string
	at     time.Time
	number float64
}

// compare orders two operands of one kind. Null comes before all else.
func compare(a, b operand) int {
	switch {
	case a.kind == "null" && b.kind == "null":
		return 0
	case a.kind == "null":
		return -1
	case b.kind == "null":
		return 1
	}
	return cmp.Or(cmp.Compare(a.text, b.text), a.at.Compare(b.at), cmp.Compare(a.number, b.number))
}

func boolean(b bool) operand {
	if b {
		return operand{kind: "boolean", number: 1}
	}
	return operand{kind: "boolean"}
}

// property is a field of a wire type, or of one that is nested in it.
type property struct {
	kind string
	path [][]int // for each step an index as reflect takes it
}

// propertyOf finds a property by its JSON name, in any case of letters; nested
// names have slashes.
func propertyOf(record reflect.Type, name string) (property, error) {
	var p property
	for step := range strings.SplitSeq(name, "/") {
		field, found := fieldOf(record, step)
		if !found {
			return p, fmt.Errorf("%q is no property", name)
		}
		p.path, p.kind = append(p.path, field.Index), kindOf(field)
		if record = field.Type; record.Kind() == reflect.Pointer {
			record = record.Elem()
		}
	}
	if p.kind == "" {
		return p, fmt.Errorf("%q has no value to compare", name)
	}
	return p, nil
}

func fieldOf(record reflect.Type, name string) (reflect.StructField, bool) {
	if record.Kind() != reflect.Struct {
		return reflect.StructField{}, false
	}
	for _, f := range reflect.VisibleFields(record) {
		if !f.Anonymous && strings.EqualFold(jsonName(f), name) {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// kindOf tells by awork's names which texts are GUIDs and which are times.
func kindOf(f reflect.StructField) string {
	switch f.Type.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "number"
	case reflect.String:
		name := jsonName(f)
		if name == "id" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "By") {
			return "guid"
		}
		for _, suffix := range []string{"On", "Date", "DateUtc", "DateLocal"} {
			if strings.HasSuffix(name, suffix) {
				return "datetime"
			}
		}
		return "text"
	}
	return ""
}

// of returns the property of a record; what awork leaves out is null.
func (p property) of(record reflect.Value) operand {
	for _, index := range p.path {
		if record.Kind() == reflect.Pointer {
			if record.IsNil() {
				return operand{kind: "null"}
			}
			record = record.Elem()
		}
		record = record.FieldByIndex(index)
	}
	switch record.Kind() {
	case reflect.Bool:
		return boolean(record.Bool())
	case reflect.Int, reflect.Int64:
		return operand{kind: "number", number: float64(record.Int())}
	}
	text := record.String()
	if text == "" {
		return operand{kind: "null"}
	}
	if p.kind != "datetime" {
		return operand{kind: p.kind, text: text}
	}
	t, err := parseTime(text)
	if err != nil {
		panic("sandbox: " + err.Error()) // wire types write times as awork does
	}
	return operand{kind: p.kind, at: t}
}

// order is one part of an orderby expression.
type order struct {
	property   property
	descending bool
}

// parseOrder reads an expression of https://developers.awork.com/ordering, as
// in "lastName,updatedOn desc": no spaces around a comma, ascending by default.
func parseOrder(expression string, record reflect.Type) ([]order, error) {
	var all []order
	for part := range strings.SplitSeq(expression, ",") {
		name, direction, _ := strings.Cut(part, " ")
		p, err := propertyOf(record, name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains([]string{"", "asc", "desc"}, strings.ToLower(direction)) {
			return nil, fmt.Errorf("%q is no direction", direction)
		}
		all = append(all, order{p, strings.EqualFold(direction, "desc")})
	}
	return all, nil
}

// compareBy orders two records.
func compareBy(orders []order, a, b reflect.Value) int {
	for _, o := range orders {
		n := compare(o.property.of(a), o.property.of(b))
		if o.descending {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}
