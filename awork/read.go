package awork

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// defaultDeadline bounds an operation whose caller set no deadline.
const defaultDeadline = 30 * time.Second

// read sends a GET until it is answered, the retry rule ends it, or ctx does.
func (c *Client) read(ctx context.Context, path string, query url.Values, into any) (http.Header, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultDeadline)
		defer cancel()
	}
	req := request{method: http.MethodGet, path: path, query: query}
	r := newRetry()
	for {
		ans, err := c.attempt(ctx, ctx, req, r)
		if err == nil {
			err = ans.decode(into)
		}
		if err == nil {
			return ans.header, nil
		}
		wait, again := r.next(err, false)
		if !again || sleep(ctx, wait) != nil {
			return nil, err
		}
	}
}

// checkRecord refuses an answer's record that lacks what each has.
func checkRecord(id uuid.UUID, name, path string) error {
	if id == uuid.Nil || name == "" {
		return unexpected(path, "the answer has a record without id or name")
	}
	return nil
}

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

// checkComplete is the error of a list of which not all came.
func checkComplete(path string, came, total int) error {
	if came >= total {
		return nil
	}
	e := unexpected(path, fmt.Sprintf("%d entries came of %d", came, total))
	e.Err = ErrIncomplete
	return e
}

// Paging as on https://developers.awork.com/pagination.
const (
	largestPage = 1000
	maxPages    = 100
	// smallestPage is awork's default where it documents one: fewer entries on the
	// first page are all there are, where no header says more.
	smallestPage = 10
)

// readPages reads a list that awork documents as paged, page by page. It gives up
// with an error after a hundred pages, or where fewer came than awork says there
// are: a part of a list of permissions must not pass for all of it.
func readPages[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	var all []T
	q := maps.Clone(query)
	if q == nil {
		q = url.Values{}
	}
	q.Set("pageSize", strconv.Itoa(largestPage))
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
				return nil, checkComplete(path, len(all), total)
			}
			return all, nil
		}
		all, first = append(all, entries...), entries[0]
		if known && len(all) >= total || !known && page == 1 && len(entries) < smallestPage {
			return all, nil
		}
	}
	return nil, unexpected(path, "the list does not end")
}
