package awork

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
)

const (
	pageSize = 1000 // awork's largest; see https://developers.awork.com/pagination
	maxPages = 100
	// least is awork's smallest page where it documents any: fewer entries on the
	// first page are all there are, where no header says more.
	least = 10
)

// readPages reads a list that awork documents as paged, page by page. It gives
// up with an error after a hundred pages, or where fewer came than awork
// says there are: half a list of permissions must not pass for the whole.
func readPages[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	var all []T
	q := maps.Clone(query)
	if q == nil {
		q = url.Values{}
	}
	q.Set("pageSize", strconv.Itoa(pageSize))
	var first any // of the page before: one that repeats is the last again
	for page := 1; page <= maxPages; page++ {
		q.Set("page", strconv.Itoa(page))
		var entries []T
		header, err := c.read(ctx, path, q, &entries)
		if err != nil {
			return nil, err
		}
		total, known := headerNumber(header, "Aw-Totalitems")
		if len(entries) == 0 || first != nil && reflect.DeepEqual(first, entries[0]) {
			if known && len(all) < total {
				return nil, checkWhole(path, len(all), total)
			}
			return all, nil
		}
		all, first = append(all, entries...), entries[0]
		if known && len(all) >= total || !known && page == 1 && len(entries) < least {
			return all, nil
		}
	}
	return nil, &Error{Kind: KindUpstream, Method: http.MethodGet, Path: path, Status: http.StatusOK, Reason: "the list does not end"}
}

// ErrIncomplete says of a list that awork has more entries than came.
var ErrIncomplete = errors.New("awork: the list is not complete")

// readList reads a list that awork documents no paging for. total is how many
// entries awork says there are, where it says so, and else how many came.
func readList[T any](ctx context.Context, c *Client, path string, query url.Values) (list []T, total int, err error) {
	header, err := c.read(ctx, path, query, &list)
	if err != nil {
		return nil, 0, err
	}
	total = len(list)
	if n, ok := headerNumber(header, "Aw-Totalitems"); ok {
		total = max(total, n)
	}
	return list, total, nil
}

// checkWhole is the error of a list of which not all came.
func checkWhole(path string, came, total int) error {
	if came >= total {
		return nil
	}
	return &Error{Kind: KindUpstream, Method: http.MethodGet, Path: path, Status: http.StatusOK, Err: ErrIncomplete,
		Reason: fmt.Sprintf("%d entries came of %d", came, total)}
}
