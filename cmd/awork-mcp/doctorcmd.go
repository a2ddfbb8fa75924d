package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
)

// doctorTimeout bounds all checks together.
const doctorTimeout = 30 * time.Second

type doctorCommand struct {
	JSON bool `help:"As JSON."`
}

// Run prints what the checks found and fails if one of them does.
func (d *doctorCommand) Run(c *console, s *settings) error {
	ctx, stop := signalContext()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	checks := s.examine(ctx, c)
	for i := range checks {
		checks[i].Found, checks[i].Do = terminal.PlainLine(checks[i].Found), terminal.PlainLine(checks[i].Do)
	}
	if err := d.print(c, checks); err != nil {
		return err
	}
	if slices.ContainsFunc(checks, check.failed) {
		return errSilent
	}
	return nil
}

func (d *doctorCommand) print(c *console, checks []check) error {
	if d.JSON {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"checks": checks})
	}
	for _, k := range checks {
		mark := "ok  "
		if k.failed() {
			mark = "FAIL"
		}
		if _, err := fmt.Fprintf(c.stdout, "%s  %-12s %s\n", mark, k.Name, k.Found); err != nil {
			return err
		}
		if k.Do != "" {
			_, _ = fmt.Fprintf(c.stdout, "      %-12s → %s\n", "", k.Do)
		}
	}
	return nil
}
