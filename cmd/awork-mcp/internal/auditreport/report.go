// Package auditreport is an audit of API users as a person or a pipeline wants it:
// compared with an earlier one, and printed as a table, as CSV or as JSON.
//
//	r.Compare(baseline)
//	err := r.WriteTable(os.Stdout, false)
//	if r.Fails(auditreport.High) { … }
package auditreport

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
)

// Severity is how much a finding matters.
type Severity string

// The severities.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
)

// The statuses of a finding that was compared.
const (
	statusNew   = "new"
	statusStill = "still there"
)

// Report is the findings of one audit.
type Report struct {
	Workspace string    `json:"workspace,omitempty"`
	Time      time.Time `json:"time"`
	Findings  []Finding `json:"findings"`
	// APIUsers are those that findings are about, and all where traces were asked
	// for.
	APIUsers []APIUser `json:"apiUsers,omitempty"`
	// Traces is where traces were looked for; nil where they were not asked for.
	Traces *Traces `json:"traces,omitempty"`
	// NotChecked are the rules of which findings may be missing.
	NotChecked []UncheckedRule `json:"notChecked,omitempty"`
	// Gone are the findings of the baseline that are no more.
	Gone     []Finding `json:"gone,omitempty"`
	Warnings []string  `json:"warnings,omitempty"`
	// Flags are those with which a fix reaches the same workspace.
	Flags []string `json:"-"`
	// compared: there was a baseline.
	compared bool
	// before are the API users of the baseline.
	before []APIUser
	// lost counts the findings of the baseline that were not checked for.
	lost int
}

// UncheckedRule is a rule of which findings may be missing, and why.
type UncheckedRule struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// Finding is one thing that the audit found.
type Finding struct {
	ID         string      `json:"id"`
	Rule       string      `json:"rule"`
	Severity   Severity    `json:"severity"`
	Message    string      `json:"message"`
	APIUserIDs []uuid.UUID `json:"apiUserIds"`
	Fix        Fix         `json:"fix"`
	// Status is new or "still there" where there was a baseline.
	Status string `json:"status,omitempty"`
}

// APIUser is what the audit knows of an API user.
type APIUser struct {
	ID             uuid.UUID  `json:"id"`
	Name           string     `json:"name"`
	RoleName       string     `json:"roleName,omitempty"`
	Admin          bool       `json:"admin"`
	ClientName     string     `json:"clientName,omitempty"`
	CreatedOn      string     `json:"createdOn,omitempty"`
	CreatedByName  string     `json:"createdByName,omitempty"`
	CreatedByState string     `json:"createdByState,omitempty"`
	LastTrace      *LastTrace `json:"lastTrace,omitempty"`
}

// LastTrace is what an API user last made or changed.
type LastTrace struct {
	Area string `json:"area"`
	Kind string `json:"kind"`
	On   string `json:"on"`
}

// Traces is where the audit looked for traces.
type Traces struct {
	Areas       []string `json:"areas"`
	NotLookedAt []struct {
		Area string `json:"area"`
		Why  string `json:"why"`
	} `json:"notLookedAt"`
	Partial bool `json:"partial"`
}

// Fix is the call of a tool that would fix a finding.
type Fix struct {
	Tool      string         `json:"tool"`
	Arguments map[string]any `json:"arguments"`
}

// Parse reads a report in JSON, or a result of the audit's tool.
func Parse(text []byte) (*Report, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		return nil, errors.New("it is in UTF-16, as PowerShell writes files: save it as UTF-8")
	}
	if !json.Valid(text) {
		return nil, errors.New("it is not JSON")
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil || r.Findings == nil {
		return nil, errors.New("it is no report of an audit")
	}
	return &r, nil
}

// IsOfAnother reports whether a report is known to be of another workspace than the
// named one.
func (r *Report) IsOfAnother(workspace string) bool {
	return r != nil && r.Workspace != "" && workspace != "" && r.Workspace != workspace
}

// Only returns a report of some rules' findings.
func (r *Report) Only(rules []string) *Report {
	if r == nil {
		return nil
	}
	only := *r
	only.Findings, only.NotChecked = []Finding{}, nil
	for _, f := range r.Findings {
		if slices.Contains(rules, f.Rule) {
			only.Findings = append(only.Findings, f)
		}
	}
	for _, u := range r.NotChecked {
		if slices.Contains(rules, u.Rule) {
			only.NotChecked = append(only.NotChecked, u)
		}
	}
	return &only
}

// about is what one finding says of one API user, and what makes it the same as
// that of another audit: a finding about several changes when one of them goes.
type about struct {
	rule string
	id   uuid.UUID
}

func (r *Report) abouts() map[about]bool {
	all := map[about]bool{}
	for _, f := range r.Findings {
		for _, id := range f.APIUserIDs {
			all[about{f.Rule, id}] = true
		}
	}
	return all
}

// Compare marks the findings as new or still there, and lists those that are gone:
// not those of a rule that could not be checked. Without a baseline it does nothing.
func (r *Report) Compare(baseline *Report) {
	if baseline == nil {
		return
	}
	r.compared, r.before = true, baseline.APIUsers
	before, now := baseline.abouts(), r.abouts()
	for i, f := range r.Findings {
		r.Findings[i].Status = statusStill
		if slices.ContainsFunc(f.APIUserIDs, func(id uuid.UUID) bool { return !before[about{f.Rule, id}] }) {
			r.Findings[i].Status = statusNew
		}
	}
	for _, f := range baseline.Findings {
		f.Status = ""
		switch {
		case slices.ContainsFunc(f.APIUserIDs, func(id uuid.UUID) bool { return now[about{f.Rule, id}] }):
		case slices.ContainsFunc(r.NotChecked, func(u UncheckedRule) bool { return u.Rule == f.Rule }):
			r.lost++
		default:
			r.Gone = append(r.Gone, f)
		}
	}
}

// Fails reports whether a finding is at least as grave as s. Where there was a
// baseline, only new ones count.
func (r *Report) Fails(s Severity) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool {
		return f.Severity.rank() >= s.rank() && (!r.compared || f.Status == statusNew)
	})
}

func (s Severity) rank() int { return slices.Index([]Severity{Low, Medium, High}, s) }

// command returns the fix as awork-mcp call takes it.
func (f Fix) command(flags []string) string {
	words := []string{"awork-mcp"}
	for _, flag := range flags {
		words = append(words, terminal.ShellWord(flag))
	}
	words = append(words, "call", f.Tool)
	keys := make([]string, 0, len(f.Arguments))
	for key := range f.Arguments {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		value, ok := f.Arguments[key].(string)
		if !ok {
			text, err := json.Marshal(f.Arguments[key])
			if err != nil {
				continue // it came as JSON
			}
			value = string(text)
		}
		words = append(words, terminal.ShellWord(key+"="+value))
	}
	return strings.Join(words, " ")
}
