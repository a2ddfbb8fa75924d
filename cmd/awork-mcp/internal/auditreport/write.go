package auditreport

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
)

// The colors of severities on a terminal.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	dim    = "\x1b[2m"
	plain  = "\x1b[0m"
)

// WriteTable writes the report for people: a row for each finding, and below it why
// and what to do.
func (r *Report) WriteTable(w io.Writer, colors bool) error {
	var b strings.Builder
	paint := func(_, s string) string { return s }
	if colors {
		paint = func(color, s string) string { return color + s + plain }
	}
	rows := [][]string{{"SEVERITY", "RULE", "API USER"}}
	for _, f := range r.Findings {
		rows = append(rows, r.cells(f))
	}
	widths := columnWidths(rows)
	for i, row := range rows {
		if i == 0 && len(r.Findings) == 0 {
			break
		}
		line := fmt.Sprintf("%-*s  %-*s  %s", widths[0], row[0], widths[1], row[1], row[2])
		if i == 0 {
			b.WriteString(paint(dim, line) + "\n")
			continue
		}
		f := r.Findings[i-1]
		b.WriteString(paint(f.Severity.color(), line[:widths[0]]) + line[widths[0]:] + "\n")
		indent := strings.Repeat(" ", widths[0]+2)
		fmt.Fprintf(&b, "%s%s\n", indent, terminal.PlainLine(f.Message))
		for _, trace := range r.traces(f) {
			fmt.Fprintf(&b, "%s%s\n", indent, terminal.PlainLine(trace))
		}
		fmt.Fprintf(&b, "%s%s\n", indent, paint(dim, "→ "+terminal.PlainLine(f.Fix.command(r.Flags))))
	}
	for _, f := range r.Gone {
		fmt.Fprintf(&b, "gone: %s, %s\n", terminal.PlainLine(f.Rule), terminal.PlainLine(r.users(f)))
	}
	for _, u := range r.NotChecked {
		fmt.Fprintf(&b, "not checked: %s (%s)\n", terminal.PlainLine(u.Rule), terminal.PlainLine(u.Why))
	}
	if r.Traces != nil {
		for _, missed := range r.Traces.NotLookedAt {
			line := "not looked at for traces: " + missed.Area + " (" + missed.Why + ")"
			b.WriteString(terminal.PlainLine(line) + "\n")
		}
		if r.Traces.Partial {
			b.WriteString("This token sees only a part of the workspace, so there may be traces that it does not see.\n")
		}
	}
	b.WriteString(r.summary() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// summary counts the findings in a sentence.
func (r *Report) summary() string {
	counts, fresh := map[Severity]int{}, 0
	for _, f := range r.Findings {
		counts[f.Severity]++
		if f.Status == statusNew {
			fresh++
		}
	}
	s := fmt.Sprintf("%d findings", len(r.Findings))
	if len(r.Findings) == 1 {
		s = "1 finding"
	}
	s += fmt.Sprintf(": %d high, %d medium, %d low", counts[High], counts[Medium], counts[Low])
	if r.compared {
		s += fmt.Sprintf("; %d new, %d gone", fresh, len(r.Gone))
	}
	if r.lost > 0 {
		s += fmt.Sprintf(", %d not checked", r.lost)
	}
	if r.Workspace != "" {
		s += " (workspace " + terminal.PlainLine(r.Workspace) + ")"
	}
	return s
}

func (s Severity) color() string {
	switch s {
	case High:
		return red
	case Medium:
		return yellow
	}
	return dim
}

func (r *Report) cells(f Finding) []string {
	severity := string(f.Severity)
	if f.Status == statusNew {
		severity += " NEW"
	}
	return []string{terminal.PlainLine(severity), terminal.PlainLine(f.Rule), terminal.PlainLine(r.users(f))}
}

// users names the API users of a finding.
func (r *Report) users(f Finding) string {
	var shown []string
	for _, id := range f.APIUserIDs {
		s := id.String()
		if u := cmp.Or(find(r.APIUsers, id), find(r.before, id)); u != nil {
			s = u.Name + " (" + s + ")"
		}
		shown = append(shown, s)
	}
	return strings.Join(shown, ", ")
}

// find returns what is known of an API user; nil where that is nothing.
func find(users []APIUser, id uuid.UUID) *APIUser {
	for i := range users {
		if users[i].ID == id {
			return &users[i]
		}
	}
	return nil
}

// traces returns the last trace of each API user of a finding, where traces were
// asked for. The absence of one does not say that it is unused.
func (r *Report) traces(f Finding) []string {
	var texts []string
	for _, id := range f.APIUserIDs {
		u := find(r.APIUsers, id)
		switch {
		case r.Traces == nil || u == nil:
		case u.LastTrace == nil:
			texts = append(texts, fmt.Sprintf("%s: no trace in %d areas; reading leaves none", u.Name, len(r.Traces.Areas)))
		default:
			last := u.LastTrace
			texts = append(texts, fmt.Sprintf("%s: last trace %s (%s, %s)", u.Name, last.On, last.Area, last.Kind))
		}
	}
	return texts
}

func columnWidths(rows [][]string) [2]int {
	var widths [2]int
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], len(row[i]))
		}
	}
	return widths
}

// WriteCSV writes the report for spreadsheets: a row for each finding, those that
// are gone included.
func (r *Report) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"severity", "rule", "status", "id", "apiUserIds", "apiUsers", "message", "fix", "traces"})
	for _, f := range r.Findings {
		_ = c.Write(r.record(f))
	}
	for _, f := range r.Gone {
		f.Status = "gone"
		_ = c.Write(r.record(f))
	}
	c.Flush()
	return c.Error()
}

func (r *Report) record(f Finding) []string {
	record := []string{
		string(f.Severity), f.Rule, f.Status, f.ID,
		joinIDs(f.APIUserIDs), r.users(f), f.Message, f.Fix.command(r.Flags), strings.Join(r.traces(f), "; "),
	}
	for i, cell := range record {
		record[i] = harmless(terminal.PlainLine(cell))
	}
	return record
}

func joinIDs(ids []uuid.UUID) string {
	var texts []string
	for _, id := range ids {
		texts = append(texts, id.String())
	}
	return strings.Join(texts, " ")
}

// harmless keeps a spreadsheet from taking a name for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
