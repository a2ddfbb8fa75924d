package auditreport_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/auditreport"
)

var (
	a = uuid.MustParse("693325c2-be31-4939-8e36-a82a27e4afd9")
	b = uuid.MustParse("7db02079-2907-4bdb-ae9a-d48c3511c0d0")
	c = uuid.MustParse("59337c39-50a7-4e61-bfff-2616d2f1f6f6")
)

func finding(rule string, s auditreport.Severity, ids ...uuid.UUID) auditreport.Finding {
	return auditreport.Finding{
		ID: rule + ":" + ids[0].String(), Rule: rule, Severity: s, Message: "Why " + rule + ".", APIUserIDs: ids,
		Fix: auditreport.Fix{Tool: "get_api_user", Arguments: map[string]any{"apiUserId": ids[0].String()}},
	}
}

func report(findings ...auditreport.Finding) *auditreport.Report {
	return &auditreport.Report{Findings: findings}
}

// What is new is recognized by the rule and the API user, also where a finding is about
// several.
func TestCompare(t *testing.T) {
	t.Parallel()
	const h, m, l = auditreport.High, auditreport.Medium, auditreport.Low
	for name, test := range map[string]struct {
		baseline, now *auditreport.Report
		statuses      string
		gone          int
		fails         string // the severities at which it fails
	}{
		"nothing":          {report(), report(), "", 0, ""},
		"no baseline":      {nil, report(finding("admin", m, a)), "", 0, "low medium"},
		"none and high":    {nil, report(finding("admin", h, a)), "", 0, "low medium high"},
		"still there":      {report(finding("admin", h, a)), report(finding("admin", h, a)), "still there", 0, ""},
		"new":              {report(finding("admin", h, a)), report(finding("admin", h, a), finding("orphan", l, b)), "still there,new", 0, "low"},
		"another rule":     {report(finding("admin", h, a)), report(finding("orphan", m, a)), "new", 1, "low medium"},
		"gone":             {report(finding("admin", h, a), finding("admin", h, b)), report(finding("admin", h, b)), "still there", 1, ""},
		"one more of many": {report(finding("orphan", m, a, b)), report(finding("orphan", m, a, b, c)), "new", 0, "low medium"},
		"one less of many": {report(finding("orphan", m, a, b)), report(finding("orphan", m, b)), "still there", 0, ""},
	} {
		test.now.Compare(test.baseline)
		var statuses, fails []string
		for _, f := range test.now.Findings {
			if f.Status != "" {
				statuses = append(statuses, f.Status)
			}
		}
		for _, s := range []auditreport.Severity{l, m, h} {
			if test.now.Fails(s) {
				fails = append(fails, string(s))
			}
		}
		if strings.Join(statuses, ",") != test.statuses || len(test.now.Gone) != test.gone || strings.Join(fails, " ") != test.fails {
			t.Errorf("%s: %v, %d gone, fails at %v", name, statuses, len(test.now.Gone), fails)
		}
	}
}

// What was not checked is not gone, and what is gone has the name it had.
func TestGoneOnlyWhereChecked(t *testing.T) {
	t.Parallel()
	const m, l = auditreport.Medium, auditreport.Low
	baseline := report(finding("orphan", m, a), finding("duplicate_name", l, b))
	baseline.APIUsers = []auditreport.APIUser{{ID: b, Name: "Old Robot"}}
	now := report()
	now.Traces = &auditreport.Traces{Areas: []string{"tasks"}}
	now.NotChecked = []auditreport.UncheckedRule{{Rule: "orphan", Why: "no answer"}}
	now.Compare(baseline)
	var table, sheet bytes.Buffer
	if err := errors.Join(now.WriteTable(&table, false), now.WriteCSV(&sheet)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"gone: duplicate_name, Old Robot (" + b.String() + ")", "not checked: orphan (no answer)", "0 findings", "1 gone, 1 not checked",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in %s", want, table.String())
		}
	}
	if s := sheet.String(); strings.Contains(s, "orphan") || strings.Contains(s, "no trace") {
		t.Error(s)
	}
	if only := now.Only([]string{"admin"}); len(only.NotChecked) > 0 {
		t.Errorf("%+v", only.NotChecked)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		"": "it is not JSON", "hello": "it is not JSON", "\xff\xfe{\x00}\x00": "UTF-16", "[]": "no report", "{}": "no report",
		`{"findings":5}`: "no report", `{"findings":null}`: "no report", `{"checks":[]}`: "no report", "null": "no report",
	} {
		r, err := auditreport.Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
	}
	if _, err := auditreport.Parse([]byte("\ufeff" + `{"findings":[]}`)); err != nil {
		t.Errorf("a byte order mark: %v", err)
	}
	r, err := auditreport.Parse([]byte(`{"outcome":"found","findings":[{"rule":"admin","severity":"high","apiUserIds":["` + a.String() + `"]}]}`))
	if err != nil || len(r.Findings) != 1 || r.Findings[0].APIUserIDs[0] != a {
		t.Errorf("%+v %v", r, err)
	}
}

// Names are awork's: they change neither a terminal nor a spreadsheet.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	r := report(finding("admin", auditreport.High, a))
	r.Findings[0].Message = "=cmd|'/c calc' \x1b[2J\nis an admin"
	r.APIUsers = []auditreport.APIUser{{ID: a, Name: "=HYPERLINK(\"x\")\x1b]0;x\x07\u202e"}}
	r.Traces = &auditreport.Traces{Areas: []string{"tasks"}}
	r.Compare(report(finding("gone\x1b[2J", auditreport.Low, b)))
	for _, colors := range []bool{false, true} {
		var out bytes.Buffer
		if err := r.WriteTable(&out, colors); err != nil {
			t.Fatal(err)
		}
		if s := out.String(); strings.ContainsAny(s, "\x07\u202e") || strings.Contains(s, "\x1b[2J") || !colors && strings.Contains(s, "\x1b") ||
			!strings.Contains(s, "high NEW") || !strings.Contains(s, "1 new, 1 gone") {
			t.Errorf("%q", s)
		}
	}
	var out bytes.Buffer
	if err := r.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 3 || rows[2][2] != "gone" {
		t.Fatalf("%q %v", rows, err)
	}
	for _, cell := range rows[1] {
		if strings.HasPrefix(cell, "=") || strings.Contains(cell, "\x1b") {
			t.Errorf("%q", cell)
		}
	}
}

func TestOnly(t *testing.T) {
	t.Parallel()
	r := report(finding("admin", auditreport.High, a), finding("orphan", auditreport.Low, b))
	if only := r.Only([]string{"orphan"}); len(only.Findings) != 1 || only.Findings[0].Rule != "orphan" || len(r.Findings) != 2 {
		t.Errorf("%+v", only)
	}
}
