package awork

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// area is a server with one area's records, which treats filters in its own way.
type area struct {
	records []traceRecord
	mode    string
	asked   []string
}

func (a *area) RoundTrip(req *http.Request) (*http.Response, error) {
	q := req.URL.Query()
	filter := q.Get("filterby")
	a.asked = append(a.asked, filter)
	found := slices.DeleteFunc(append([]traceRecord{}, a.records...), func(r traceRecord) bool { return filter != "" && !a.matches(filter, r) })
	kind := TraceKind(strings.TrimSuffix(q.Get("orderby"), "On desc"))
	slices.SortStableFunc(found, func(x, y traceRecord) int {
		xOn, _ := x.of(kind)
		yOn, _ := y.of(kind)
		if a.mode == "order ignored" {
			return strings.Compare(string(xOn), string(yOn))
		}
		return strings.Compare(string(yOn), string(xOn))
	})
	switch a.mode {
	case "refused":
		if filter != "" {
			return asJSON(400, `{"code":"invalid-filter-or-order","description":"Something is wrong with the given 'filterby' expression.","link":"l"}`).response(req), nil
		}
	case "not allowed":
		if req.URL.Path == "/api/v1/me" {
			return asJSON(200, goodMe).response(req), nil
		}
		return asJSON(401, deniedBody).response(req), nil
	}
	size, _ := strconv.Atoi(q.Get("pageSize"))
	body, err := json.Marshal(found[:min(size, len(found))])
	if err != nil {
		return nil, err
	}
	answer := asJSON(200, string(body))
	if a.mode != "no total" {
		answer = with(answer, "Aw-Totalitems", strconv.Itoa(len(found)))
	}
	return answer.response(req), nil
}

func (a *area) matches(filter string, r traceRecord) bool {
	clauses := strings.Split(filter, " or ")
	switch a.mode {
	case "ignored":
		return true
	case "finds nothing":
		return false
	case "first clause only":
		clauses = clauses[:1]
	}
	return slices.ContainsFunc(clauses, func(clause string) bool {
		for _, term := range strings.Split(clause, " and ") {
			if term != by(Created, r.CreatedBy) && term != by(Updated, r.UpdatedBy) {
				return false
			}
		}
		return true
	})
}

func numbered(n byte) uuid.UUID { return uuid.UUID{0: n, 15: 1} }

// someRecords are made by 1 and 2, and changed by 2 and 3; the oldest by nobody.
func someRecords() []traceRecord {
	at := func(day int) Timestamp { return Timestamp(fmt.Sprintf("2026-11-%02dT08:00:00Z", day)) }
	return []traceRecord{
		{CreatedOn: at(1), UpdatedOn: at(1)},
		{CreatedOn: at(2), CreatedBy: numbered(1), UpdatedOn: at(9), UpdatedBy: numbered(3)},
		{CreatedOn: at(3), CreatedBy: numbered(1), UpdatedOn: at(3), UpdatedBy: numbered(1)},
		{CreatedOn: at(4), CreatedBy: numbered(2), UpdatedOn: at(5), UpdatedBy: numbered(2)},
	}
}

// TestLatestTrace: the newest record of the ids that were asked for, and how many
// there are.
func TestLatestTrace(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mode string
		kind TraceKind
		ids  []uuid.UUID
		want Trace
		err  error
	}{
		"created":             {"", Created, []uuid.UUID{numbered(1)}, Trace{2, "2026-11-03T08:00:00Z", numbered(1)}, nil},
		"updated":             {"", Updated, []uuid.UUID{numbered(1)}, Trace{1, "2026-11-03T08:00:00Z", numbered(1)}, nil},
		"by another":          {"", Updated, []uuid.UUID{numbered(3)}, Trace{1, "2026-11-09T08:00:00Z", numbered(3)}, nil},
		"none":                {"", Created, []uuid.UUID{numbered(3)}, Trace{}, nil},
		"none of several":     {"", Created, []uuid.UUID{numbered(3), numbered(4)}, Trace{}, nil},
		"several":             {"", Created, []uuid.UUID{numbered(4), numbered(1), numbered(2)}, Trace{3, "2026-11-04T08:00:00Z", numbered(2)}, nil},
		"no total":            {"no total", Created, []uuid.UUID{numbered(1)}, Trace{1, "2026-11-03T08:00:00Z", numbered(1)}, nil},
		"no total, none":      {"no total", Created, []uuid.UUID{numbered(4)}, Trace{}, nil},
		"ignored":             {"ignored", Created, []uuid.UUID{numbered(1)}, Trace{}, ErrFilterIgnored},
		"ignored, for nobody": {"ignored", Updated, []uuid.UUID{numbered(4)}, Trace{}, ErrFilterIgnored},
	} {
		a := &area{records: someRecords(), mode: tc.mode}
		got, err := clientWith(t, a, "canary-token").LatestTrace(t.Context(), Areas()[0], tc.kind, tc.ids...)
		if got != tc.want || !errors.Is(err, tc.err) || len(a.asked) != 1 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	c := clientWith(t, &area{records: someRecords(), mode: "not allowed"}, "canary-token")
	if _, err := c.LatestTrace(t.Context(), Areas()[0], Created, numbered(1)); !Is(err, KindPermissionDenied) {
		t.Errorf("not allowed: %v", err)
	}
	for _, ids := range [][]uuid.UUID{nil, {uuid.Nil}, {numbered(1), uuid.Nil}, make([]uuid.UUID, MaxTraceIDs+1)} {
		if _, err := c.LatestTrace(t.Context(), Areas()[0], Created, ids...); !Is(err, KindInvalid) {
			t.Errorf("%v: %v", ids, err)
		}
	}
}

// TestCheckFilter: a filter that finds what is there, and all those that don't.
func TestCheckFilter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mode    string
		records []traceRecord
		empty   bool
		err     error
		asked   int
	}{
		"works":             {"", someRecords(), false, nil, 2},
		"no total":          {"no total", someRecords(), false, nil, 2},
		"ignored":           {"ignored", someRecords(), false, ErrFilterIgnored, 2},
		"finds nothing":     {"finds nothing", someRecords(), false, ErrFilterIgnored, 2},
		"first clause only": {"first clause only", someRecords(), false, ErrFilterIgnored, 2},
		"order ignored":     {"order ignored", someRecords(), false, ErrOrderIgnored, 1},
		"empty":             {"", nil, true, nil, 1},
		"of nobody":         {"", someRecords()[:1], false, ErrNoControl, 1},
	} {
		a := &area{records: tc.records, mode: tc.mode}
		empty, err := clientWith(t, a, "canary-token").CheckFilter(t.Context(), Areas()[0])
		if empty != tc.empty || !errors.Is(err, tc.err) || len(a.asked) != tc.asked {
			t.Errorf("%s: got %v, %v after %q", name, empty, err, a.asked)
		}
	}
	var refused *Error
	_, err := clientWith(t, &area{records: someRecords(), mode: "refused"}, "canary-token").CheckFilter(t.Context(), Areas()[0])
	if !errors.As(err, &refused) || refused.Code != "invalid-filter-or-order" {
		t.Errorf("refused: %v", err)
	}
	_, err = clientWith(t, &area{records: someRecords(), mode: "not allowed"}, "canary-token").CheckFilter(t.Context(), Areas()[0])
	if !Is(err, KindPermissionDenied) {
		t.Errorf("not allowed: %v", err)
	}
}

// TestTraceTotals: what awork says of the number counts only with what came.
func TestTraceTotals(t *testing.T) {
	t.Parallel()
	one := fmt.Sprintf(`[{"createdOn":"2026-11-03T08:00:00Z","createdBy":%q}]`, numbered(1))
	for name, tc := range map[string]struct {
		body, total string
		want        int
		ok          bool
	}{
		"as it came":       {one, "1", 1, true},
		"more":             {one, "1204", 1204, true},
		"fewer":            {one, "0", 1, true},
		"none came of 7":   {"[]", "7", 0, false},
		"none":             {"[]", "0", 0, true},
		"not a list":       {"{}", "1", 0, false},
		"a null":           {"null", "0", 0, false},
		"without a who":    {`[{"createdOn":"2026-11-03T08:00:00Z"}]`, "1", 0, false},
		"nobody made it":   {`[{"createdBy":"00000000-0000-0000-0000-000000000000"}]`, "1", 0, false},
		"one is another's": {strings.Replace(one, "]", `,{"createdBy":"`+unknownID.String()+`"}]`, 1), "2", 0, false},
	} {
		s := &script{replies: map[string][]reply{"GET /timeentries": {with(asJSON(200, tc.body), "Aw-Totalitems", tc.total)}}}
		got, err := clientWith(t, s, "canary-token").LatestTrace(t.Context(), Areas()[0], Created, numbered(1))
		if got.Total != tc.want || (err == nil) != tc.ok {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// TestLastDelivery: the newest entry of a webhook's log, without its message.
func TestLastDelivery(t *testing.T) {
	t.Parallel()
	path := "/webhooks/" + zapierID.String() + "/logs"
	log := `[{"createdOn":"2026-11-03T08:00:00Z","isSuccessful":true,"responseCode":200,"message":"canary","reason":"canary"},` +
		`{"createdOn":"2026-11-04T08:00:00Z","isSuccessful":false,"responseCode":500,"message":"canary"}]`
	for body, want := range map[string]*Delivery{log: {CreatedOn: "2026-11-04T08:00:00Z", ResponseCode: 500}, "[]": nil} {
		s := &script{replies: map[string][]reply{"GET " + path: {asJSON(200, body)}}}
		got, err := clientWith(t, s, "canary-token").LastDelivery(t.Context(), zapierID)
		if err != nil || (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("got %+v, %v", got, err)
		}
		if shown, _ := json.Marshal(got); strings.Contains(fmt.Sprintf("%+v %s", got, shown), "canary") {
			t.Errorf("it shows the message: %s", shown)
		}
	}
}
