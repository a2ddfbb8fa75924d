package tools

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// result is what became of all API users, and what to do about those that are left.
func (b *bulk) result() result.Reply {
	r := &bulkResult{Results: b.items, Summary: map[result.Outcome]int{}}
	for _, item := range b.items {
		r.Summary[item.Outcome]++
	}
	var counts []string
	for _, o := range slices.Sorted(maps.Keys(r.Summary)) {
		counts = append(counts, fmt.Sprintf("%d %s", r.Summary[o], o))
	}
	r.Outcome, r.Warnings = result.Partial, b.warnings
	r.Message = fmt.Sprintf("Of %s, not all are gone by this call: %s. See results "+
		"for each.", text.Count(len(b.items), "API user"), strings.Join(counts, ", "))
	if r.Summary[result.Deleted] == len(b.items) {
		r.Outcome = result.Deleted
		r.Message = fmt.Sprintf("Deleted %s. An API user made again gets a new id and has "+
			"no keys.", text.Count(len(b.items), "API user"))
	}
	if b.lacking != nil {
		r.RequiredPermission, r.Error = b.lacking.RequiredPermission, b.lacking.Error
		r.Message += " It stopped there: " + b.lacking.Message
	} else if b.isAnyLeft() {
		r.RetryAfterSeconds = b.retryAfter
		r.Message += " Call again with those that are left."
	}
	return r
}

// isAnyLeft reports whether another call may delete what this one did not.
func (b *bulk) isAnyLeft() bool {
	return slices.ContainsFunc(b.items, func(i result.Item) bool {
		return i.Outcome != result.Deleted && i.Outcome != result.NotFound && i.Outcome != result.Blocked
	})
}
