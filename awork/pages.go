package awork

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

const (
	pageSize = 1000 // awork's largest; see https://developers.awork.com/pagination
	maxPages = 10
)

// readPages reads a list that awork documents as paged, page by page. It gives
// up with an error on more than 10,000 entries.
func readPages[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	var all []T
	q := maps.Clone(query)
	if q == nil {
		q = url.Values{}
	}
	q.Set("pageSize", strconv.Itoa(pageSize))
	for page := 1; page <= maxPages; page++ {
		q.Set("page", strconv.Itoa(page))
		var entries []T
		header, err := c.read(ctx, path, q, &entries)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
		total, known := headerNumber(header, "Aw-Totalitems")
		if len(entries) == 0 || known && len(all) >= total || !known && len(entries) < pageSize {
			return all, nil
		}
	}
	return nil, &Error{Kind: KindUpstream, Method: http.MethodGet, Path: path, Status: http.StatusOK, Reason: "the list has more than 10,000 entries"}
}
