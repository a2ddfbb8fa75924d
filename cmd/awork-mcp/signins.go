package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
)

// listSignIns prints the sign-ins as a table.
func (c *console) listSignIns(ctx context.Context, signIns *signin.SignIns) error {
	all, err := signIns.All(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return c.printf("Nobody is signed in.\n")
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "WORKSPACE\tID\tSIGNED IN\tSTATE")
	for _, session := range all {
		status, err := session.Status()
		id := "-"
		if status.Workspace.ID != uuid.Nil {
			id = status.Workspace.ID.String()
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", terminal.PlainLine(cmp.Or(status.Workspace.Name, "not known")), id,
			terminal.PlainLine(cmp.Or(status.Person, "not known")), terminal.PlainLine(state(status, err)))
	}
	return w.Flush()
}

// state says how a sign-in is, in one line; err is why it has ended.
func state(status signin.Status, err error) string {
	if err != nil {
		return err.Error()
	}
	until := ""
	if !status.Expires.IsZero() {
		until = " until " + status.Expires.Local().Format(time.DateTime)
	}
	if status.Refreshable {
		return "good" + until + ", and refreshed; in " + status.Location
	}
	return "good" + until + ", and can't be refreshed; in " + status.Location
}

// asWhom completes "Signed in …".
func asWhom(status signin.Status) string {
	if status.Workspace.ID == uuid.Nil {
		return ", but awork does not say as whom (awork-mcp doctor looks closer)"
	}
	return fmt.Sprintf(" as %q to the workspace %q", status.Person, status.Workspace.Name)
}

// toWorkspace completes "Signed out …".
func toWorkspace(status signin.Status) string {
	if status.Workspace.ID == uuid.Nil {
		return ""
	}
	return fmt.Sprintf(" of the workspace %q", status.Workspace.Name)
}

// endsAt describes a sign-in that can't be refreshed.
func endsAt(status signin.Status) string {
	end := "when awork no longer takes its token"
	if !status.Expires.IsZero() {
		end = status.Expires.Local().Format(time.DateTime)
	}
	return "awork gave nothing to refresh this sign-in with. It ends " + end + ": run `awork-mcp login` again then."
}

// checkToken says where the token comes from where that is not the sign-in.
func (s *settings) checkToken() []check {
	if s.Sandbox {
		return []check{{Name: "sign-in", OK: true, Found: "none is needed"}}
	}
	if override := s.credentials(nil).Override(); override != "" {
		return []check{{Name: "sign-in", OK: true, Found: "with the token in " + override}}
	}
	return nil
}

// checkSignIns describes all sign-ins.
func (s *settings) checkSignIns(ctx context.Context) []check {
	if s.Sandbox {
		return nil
	}
	from := s.credentials(slog.New(slog.DiscardHandler))
	signIns, err := from.SignIns()
	if err != nil {
		return nil // the settings' check says why
	}
	all, err := signIns.All(ctx)
	if err != nil {
		return []check{{Name: "sign-in", Found: err.Error(), Do: "run awork-mcp login"}}
	}
	used := ""
	if from.Override() == "" {
		if session, err := signIns.Find(ctx, from.Workspace); err == nil {
			used = session.ID()
		}
	}
	var checks []check
	for _, session := range all {
		checks = append(checks, checkSignIn(session, session.ID() == used))
	}
	return checks
}

// checkSignIn describes one sign-in. One that is not used fails nothing.
func checkSignIn(session *signin.Session, used bool) check {
	status, err := session.Status()
	k := check{Name: "sign-in", OK: err == nil || !used, Found: "with awork-mcp login"}
	if !used {
		k.Found = "also signed in"
	}
	if status.Workspace.ID != uuid.Nil {
		k.Found += asWhom(status)
	}
	switch {
	case err != nil:
		k.Found, k.Do = k.Found+": "+err.Error(), "run awork-mcp login"
	case !status.Refreshable:
		k.Found, k.Do = k.Found+"; the tokens are in "+status.Location, endsAt(status)
	default:
		k.Found += "; the tokens are in " + status.Location
		if time.Now().Before(status.Expires) {
			k.Found += ", good until " + status.Expires.Local().Format(time.DateTime) + " and refreshed by then"
		}
	}
	return k
}
