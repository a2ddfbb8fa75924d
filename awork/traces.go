package awork

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Area is a list of records that name who made and who last changed them, and that
// awork filters and orders by that. What a token sees of it may be a part.
type Area struct {
	// Name is the area in words, such as "time entries".
	Name string
	// Needs is the permission without which a token sees only a part, or nothing;
	// empty where awork names none.
	Needs string

	path  string
	query url.Values
}

// Areas returns the areas in which integrations leave traces, the most telling
// first. The choice is explained by what awork documents of each list at
// https://developers.awork.com/apiv1; the filter and the order by
// https://developers.awork.com/filtering and https://developers.awork.com/ordering.
// API users, roles, users and webhooks name the same and are read as lists.
func Areas() []Area {
	return []Area{
		{Name: "time entries", Needs: "project-timetracking:write", path: "/timeentries"},
		{Name: "tasks", Needs: "project-planning-data:read", path: "/me/projecttasks"},
		{Name: "projects", Needs: "project-master-data:read", path: "/projects"},
		{Name: "companies", Needs: "company-master-data:read", path: "/companies"},
		{Name: "documents", path: "/documents", query: url.Values{"includeTrashedDocuments": {"true"}}},
		{Name: "absences", Needs: "user-planning-data:read", path: "/absences"},
		{Name: "time bookings", path: "/timebookings"},
	}
}

// TraceKind is what somebody did to a record.
type TraceKind string

// The kinds of trace. That a record was updated is seen only until somebody else
// updates it.
const (
	Created TraceKind = "created"
	Updated TraceKind = "updated"
)

// Trace is the newest record of an area that somebody created or updated.
type Trace struct {
	// Total is how many such records there still are and the token sees.
	Total int
	// On is when, and By by whom; zero where Total is 0.
	On Timestamp
	By uuid.UUID
}

// MaxTraceIDs is for how many ids at once traces are asked.
const MaxTraceIDs = 20

// ErrFilterIgnored says that awork answered with records that were not asked for:
// a filter that it does not know is ignored in silence. Nothing can be concluded.
var ErrFilterIgnored = errors.New("awork: the filter is ignored here")

// ErrOrderIgnored says that records came in another order than was asked for: the
// first is not the newest.
var ErrOrderIgnored = errors.New("awork: the order is ignored here")

// ErrNoControl says that nothing in an area can show that its filter works.
var ErrNoControl = errors.New("awork: no record here shows that the filter works")

type traceRecord struct {
	CreatedOn Timestamp `json:"createdOn"`
	CreatedBy uuid.UUID `json:"createdBy"`
	UpdatedOn Timestamp `json:"updatedOn"`
	UpdatedBy uuid.UUID `json:"updatedBy"`
}

func (r traceRecord) of(kind TraceKind) (on Timestamp, by uuid.UUID) {
	if kind == Updated {
		return r.UpdatedOn, r.UpdatedBy
	}
	return r.CreatedOn, r.CreatedBy
}

// LatestTrace returns the newest record of an area that one of ids, [MaxTraceIDs]
// at most, created or updated. With several ids its Total is 0 only where none of
// them has any. Each returned record is checked: where one is of somebody else, the
// error is [ErrFilterIgnored]. That nothing was found is worth something only where
// [Client.CheckFilter] has shown that the filter works.
func (c *Client) LatestTrace(ctx context.Context, area Area, kind TraceKind, ids ...uuid.UUID) (Trace, error) {
	clauses := make([]string, len(ids))
	wanted := make(map[uuid.UUID]bool, len(ids))
	for i, id := range ids {
		if id == uuid.Nil {
			return Trace{}, &Error{Kind: KindInvalid, Reason: "nobody has the zero id"}
		}
		clauses[i], wanted[id] = by(kind, id), true
	}
	if len(ids) == 0 || len(ids) > MaxTraceIDs {
		return Trace{}, &Error{Kind: KindInvalid, Reason: fmt.Sprintf("traces of %d ids can't be asked for", len(ids))}
	}
	records, total, err := c.newest(ctx, area, kind, strings.Join(clauses, " or "), 1)
	if err != nil {
		return Trace{}, err
	}
	trace := Trace{Total: total}
	for _, r := range records {
		on, by := r.of(kind)
		if !wanted[by] {
			return Trace{}, ErrFilterIgnored
		}
		if trace.By == uuid.Nil || later(on, trace.On) {
			trace.On, trace.By = on, by
		}
	}
	if total > 0 && len(records) == 0 {
		return Trace{}, unexpected(area.path, fmt.Sprintf("no entry came of %d", total))
	}
	return trace, nil
}

// controls is how many records a control asks for: some may name nobody, and the
// order shows only in several.
const controls = 10

// CheckFilter shows that an area's filter finds what is there, by one of its
// records, and that its order is as asked for: without it, no trace found would
// prove nothing. It reports whether the area is empty, as far as the token sees. A
// filter that is refused is an [*Error] with awork's code; one that finds nothing or
// the wrong is [ErrFilterIgnored], another order [ErrOrderIgnored]; and where no
// record names anybody the error is [ErrNoControl].
func (c *Client) CheckFilter(ctx context.Context, area Area) (empty bool, err error) {
	records, total, err := c.newest(ctx, area, Created, "", controls)
	if err != nil {
		return false, err
	}
	if total == 0 {
		return true, nil
	}
	nobody := uuid.UUID{6: 0x40, 8: 0x80, 15: 1} // no record names it
	for _, r := range records {
		if r.CreatedBy == uuid.Nil || r.UpdatedBy == uuid.Nil {
			continue
		}
		// The first clause finds nothing, so that the others count, if awork takes
		// them: all that traces are asked with is in this one.
		filter := by(Created, nobody) + " or " + by(Created, r.CreatedBy) + " and " + by(Updated, r.UpdatedBy)
		found, _, err := c.newest(ctx, area, Updated, filter, controls)
		if err != nil {
			return false, err
		}
		for _, f := range found {
			if f.CreatedBy != r.CreatedBy || f.UpdatedBy != r.UpdatedBy {
				return false, ErrFilterIgnored
			}
		}
		if len(found) == 0 {
			return false, ErrFilterIgnored
		}
		return false, nil
	}
	return false, ErrNoControl
}

func by(kind TraceKind, id uuid.UUID) string { return string(kind) + "By eq guid'" + id.String() + "'" }

// newest returns the newest records of an area, and how many there are. It refuses
// those that don't come newest first.
func (c *Client) newest(ctx context.Context, area Area, kind TraceKind, filter string, size int) (
	records []traceRecord, total int, err error) {
	q := url.Values{"orderby": {string(kind) + "On desc"}, "page": {"1"}, "pageSize": {strconv.Itoa(size)}}
	for name, values := range area.query {
		q[name] = values
	}
	if filter != "" {
		q.Set("filterby", filter)
	}
	records, total, err = readList[traceRecord](ctx, c, area.path, q)
	for i := 1; i < len(records); i++ {
		on, _ := records[i].of(kind)
		before, _ := records[i-1].of(kind)
		if later(on, before) {
			return nil, 0, ErrOrderIgnored
		}
	}
	return records, total, err
}

// later reports whether a is a time after b.
func later(a, b Timestamp) bool {
	at, ok := a.Time()
	bt, known := b.Time()
	return ok && (!known || at.After(bt))
}
