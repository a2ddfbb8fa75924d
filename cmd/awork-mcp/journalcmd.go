package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

type journalCommand struct {
	Paths   []string `arg:"" name:"path" help:"The journal; of one in several files, the oldest first."`
	Verify  bool     `help:"Prove that no line was changed, removed, added or moved, and say where the journal ends."`
	After   string   `placeholder:"DIGEST" help:"With --verify: where the journal ended at an earlier time."`
	JSON    bool     `help:"As JSON."`
	Since   string   `placeholder:"WHEN" help:"Only writes since a date, a time, or so long ago, such as 24h or 7d."`
	APIUser string   `name:"api-user" placeholder:"ID" help:"Only writes to this API user, and how to make it again."`
}

// Run shows the journal, newest write last, or verifies it. It needs no token.
func (j *journalCommand) Run(c *console) error {
	switch {
	case j.Verify && (j.Since != "" || j.APIUser != ""):
		return usage("--verify checks every line: leave --since and --api-user out")
	case j.After != "" && !j.Verify:
		return usage("--after goes with --verify")
	case j.After != "" && !journal.IsDigest(j.After):
		return usage("--after must be what --verify prints after \"with\": 64 hexadecimal digits, not %q", j.After)
	}
	for i := range j.Paths {
		if err := expandHomeIn(&j.Paths[i]); err != nil {
			return err
		}
	}
	if j.Verify {
		return j.verify(c)
	}
	since, err := parseSince(j.Since, time.Now())
	if err != nil {
		return err
	}
	id, err := parseAPIUser(j.APIUser)
	if err != nil {
		return err
	}
	changes, err := journal.Read(j.Paths...)
	if err != nil {
		return fmt.Errorf("the journal can't be read: %w", err)
	}
	changes = slices.DeleteFunc(changes, func(w journal.Change) bool {
		return w.Time.Before(since) || id != uuid.Nil && w.APIUserID != id
	})
	if j.JSON {
		return printJSON(c.stdout, changes)
	}
	if err := printChanges(c.stdout, changes); err != nil || id == uuid.Nil {
		return err
	}
	return printHowToMakeAgain(c, changes)
}

func parseAPIUser(s string) (uuid.UUID, error) {
	if s == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(s)
	if err != nil || uuid.Validate(s) != nil {
		return id, usage("--api-user must be an API user's id, not %q", s)
	}
	return id, nil
}

// parseSince reads a date, a date and time, or how long ago.
func parseSince(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	ago := s
	if days, ok := strings.CutSuffix(s, "d"); ok {
		ago = days + "h" // times 24
	}
	d, err := time.ParseDuration(ago)
	if err != nil || d < 0 {
		return time.Time{}, usage("--since must be a date such as 2026-01-31, a time such as 2026-01-31T08:00:00Z, "+
			"or how long ago, such as 24h or 7d, not %q", s)
	}
	if ago != s {
		d *= 24
	}
	return now.Add(-d), nil
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// unfinished marks a write whose result is not in the journal.
const unfinished = "NO RESULT"

func printChanges(out io.Writer, changes []journal.Change) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "TIME\tWORKSPACE\tTOOL\tNAME\tID\tCONFIRMED\tOUTCOME")
	for _, c := range changes {
		id := ""
		switch {
		case c.APIUserID != uuid.Nil:
			id = c.APIUserID.String()
		case c.RoleID != uuid.Nil:
			id = c.RoleID.String()
		}
		outcome := string(c.Outcome)
		if c.Finished.IsZero() {
			outcome = unfinished
		}
		cells := []string{c.Time.Local().Format(time.DateTime), c.Workspace, c.Tool, c.Name, id, c.Confirmed, outcome}
		for i := range cells {
			cells[i] = terminal.PlainLine(cells[i])
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

// printHowToMakeAgain says how an API user that was deleted is made again.
func printHowToMakeAgain(c *console, changes []journal.Change) error {
	for _, w := range slices.Backward(changes) {
		if w.Before == nil || w.Outcome != "deleted" {
			continue
		}
		words := []string{"awork-mcp", "call", "create_api_user", "name=" + w.Before.Name}
		if w.Before.RoleID != uuid.Nil {
			words = append(words, "roleId="+w.Before.RoleID.String())
		}
		if w.Before.Admin || w.Before.RoleID == uuid.Nil {
			words = append(words, "admin=true")
		}
		if w.Before.ClientID != "" {
			words = append(words, "clientId="+w.Before.ClientID)
		}
		for i := range words {
			words[i] = terminal.ShellWord(words[i])
		}
		return c.printf("\nTo make it again (new id, no keys):\n  %s\n", strings.Join(words, " "))
	}
	return nil
}

// verify proves the journal, and fails where it can't.
func (j *journalCommand) verify(c *console) error {
	r, err := journal.Verify(j.After, j.Paths...)
	if err != nil {
		return fmt.Errorf("the journal can't be read: %w", err)
	}
	if j.JSON {
		err = printJSON(c.stdout, r)
	} else {
		err = c.printf("%s\n", describeReport(r))
	}
	if r.Fault != nil {
		return errSilent
	}
	return err
}

// describeReport returns what a verification found, for people.
func describeReport(r *journal.Report) string {
	if r.Fault != nil {
		return "FAIL  " + r.Fault.String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "ok  %s in %s: none was changed, removed, added or moved",
		countLines(r.Entries), strings.Join(r.Files, ", "))
	if r.Earlier > 0 {
		fmt.Fprintf(&b, "\n    before that, without a digest, which proves nothing: %s", countLines(r.Earlier))
	}
	if r.Torn > 0 {
		fmt.Fprintf(&b, "\n    cut short by a crash: %s", countLines(r.Torn))
	}
	if r.End != "" {
		fmt.Fprintf(&b, "\n    ends at line %d, of %s, with %s", r.EndLine, r.EndTime.Format(time.RFC3339), r.End)
	}
	if r.LaterEnd != "" {
		b.WriteString("\n    " + laterEnd)
	}
	return b.String()
}

// laterEnd says what a cut at the end of a journal may leave.
const laterEnd = "the .chain file beside it names another end: lines at the end were cut off, or are in another file"

func countLines(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}
