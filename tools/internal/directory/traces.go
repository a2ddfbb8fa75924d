package directory

import (
	"context"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Trace is the newest record that an API user was seen to have made or changed.
type Trace struct {
	Area string
	Kind awork.TraceKind
	On   awork.Timestamp
}

// String says when and what, such as "2026-11-20 14:02 UTC, created in tasks".
func (t Trace) String() string {
	return DescribeTime(t.On) + ", " + string(t.Kind) + " in " + t.Area
}

// DescribeTime returns a time for people, such as "2026-11-20 14:02 UTC".
func DescribeTime(on awork.Timestamp) string {
	if at, ok := on.Time(); ok {
		return at.Format("2006-01-02 15:04") + " UTC"
	}
	return text.Clean(string(on))
}

// RememberTrace caches the last trace of an API user for questions.
func (d *Directory) RememberTrace(ctx context.Context, id uuid.UUID, t Trace) {
	store(ctx, d.cache, "trace "+id.String(), t)
}

// CachedTrace returns the last trace of an API user as far as one was found within
// the last minute; ok is false where none was found or nobody looked.
func (d *Directory) CachedTrace(ctx context.Context, id uuid.UUID) (t Trace, ok bool) {
	return cached[Trace](ctx, d.cache, "trace "+id.String())
}

// People returns the users of the workspace on awork's first page, API users among
// them, and whether those are all.
func (d *Directory) People(ctx context.Context) (users []awork.User, complete bool, err error) {
	page, err := d.people(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, u := range page.byID {
		users = append(users, u)
	}
	_, nameless := page.byID[uuid.Nil] // all such are one there
	return users, page.othersVisible && page.total == len(page.byID) && !nameless, nil
}
