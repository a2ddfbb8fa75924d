package sandbox

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// awork's page sizes: the specification's default and the documented maximum
// (https://developers.awork.com/pagination). A larger page is cut to the
// maximum, which awork does not document.
const (
	defaultPageSize = 10
	maxPageSize     = 1000
)

// page answers with the records that the query's filterby, orderby, page and
// pageSize ask for.
func page[T any](c *call, records []T, size int) reply {
	records, err := filtered(records, c.query.Get("filterby"))
	if err != nil {
		return invalidExpression("filterby", err).reply()
	}
	if records, err = ordered(records, c.query.Get("orderby")); err != nil {
		return invalidExpression("orderby", err).reply()
	}
	number, refusal := positive(c.query, "page", 1)
	if refusal != nil {
		return *refusal
	}
	if size, refusal = positive(c.query, "pageSize", size); refusal != nil {
		return *refusal
	}
	size = min(size, maxPageSize)
	from := len(records)
	if number <= len(records)/size+1 {
		from = min((number-1)*size, from)
	}
	return list(records[from:min(from+size, len(records))], number, size, len(records))
}

func filtered[T any](records []T, expression string) ([]T, error) {
	if expression == "" {
		return records, nil
	}
	f, err := parseFilter(expression, reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	matching := []T{}
	for _, r := range records {
		if f.matches(reflect.ValueOf(r)) {
			matching = append(matching, r)
		}
	}
	return matching, nil
}

func ordered[T any](records []T, expression string) ([]T, error) {
	if expression == "" {
		return records, nil
	}
	orders, err := parseOrder(expression, reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(records, func(a, b T) int {
		return compareBy(orders, reflect.ValueOf(a), reflect.ValueOf(b))
	})
	return records, nil
}

// invalidExpression is awork's refusal of a filter or an order, in the words of
// https://github.com/awork-io/awork/issues/53; those about an order are a guess.
func invalidExpression(parameter string, err error) apiError {
	return apiError{
		status: http.StatusBadRequest, code: "invalid-filter-or-order",
		description: "Something is wrong with the given '" + parameter + "' expression.",
		details:     []string{err.Error()},
	}
}

// unpaged answers with all records, as awork does where it documents no paging;
// that the headers are there too is the sandbox's choice.
func unpaged[T any](records []T) reply { return list(records, 1, maxPageSize, len(records)) }

func list[T any](records []T, number, size, total int) reply {
	if records == nil {
		records = []T{} // null is no list
	}
	p := ok(records)
	p.header = [][2]string{
		{"Aw-Page", strconv.Itoa(number)},
		{"Aw-Pagesize", strconv.Itoa(size)},
		{"Aw-Items", strconv.Itoa(len(records))},
		{"Aw-Totalitems", strconv.Itoa(total)},
	}
	return p
}

func positive(q url.Values, name string, standard int) (int, *reply) {
	text := q.Get(strings.ToLower(name))
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, refuse(invalid(name, "The value '"+text+"' is not valid."))
	}
	return n, nil
}

// flag reads a boolean of the query; false when it is missing.
func flag(q url.Values, name string) (bool, *reply) {
	text := q.Get(strings.ToLower(name))
	switch strings.ToLower(text) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, refuse(invalid(name, "The value '"+text+"' is not valid."))
}

// convert maps records to their wire form; never nil, so that none is [].
func convert[T, W any](records []T, wire func(T) W) []W {
	out := make([]W, len(records))
	for i, r := range records {
		out[i] = wire(r)
	}
	return out
}
