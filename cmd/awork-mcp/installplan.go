package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/hosts"
)

// plan is a change of a host that the user is asked about.
type plan struct {
	host   hosts.Host
	change *hosts.Change
}

// planWords are the messages about a plan, with the host's name for %s.
type planWords struct {
	already string // there is nothing to do
	done    string
	check   bool // say where the host shows the server
}

func installWords(name string) planWords {
	return planWords{already: name + " is in %s already, as it should be.", done: "Added " + name + " to %s.", check: true}
}

func uninstallWords(name string) planWords {
	return planWords{already: "%s has no server " + name + ".", done: "Removed " + name + " from %s."}
}

// carryOut shows what would change, asks, makes the changes, and says what to do
// next.
func (c *console) carryOut(plans []plan, f hostFlags, words planWords) error {
	var open []plan
	for _, p := range plans {
		if p.change.SwitchedOff != "" {
			c.warnf("The entry in %s is switched off, and stays so (%s): change that in %s to use it.",
				p.change.Path, p.change.SwitchedOff, p.host.Name)
		}
		if p.change.None() {
			already := fmt.Sprintf(words.already, p.host.Name)
			if err := c.printf("Nothing to do: %s Looked at: %s\n", already, p.change.Path); err != nil {
				return err
			}
			continue
		}
		open = append(open, p)
		if p.change.Command != nil {
			c.warnf("%s's own command does it, and may lay the file out in its own way:\n  %s",
				p.host.Name, p.change.CommandLine())
		}
		if err := c.printf("%s", p.change.Diff()); err != nil {
			return err
		}
	}
	if len(open) == 0 || f.DryRun {
		return nil
	}
	if err := c.askToChange(f.Yes); err != nil {
		return err
	}
	ctx, cancel := signalContext()
	defer cancel()
	for _, p := range open {
		if err := c.apply(ctx, p, words); err != nil {
			return err
		}
	}
	return nil
}

// askToChange asks whether to go on; an error says that not.
func (c *console) askToChange(yes bool) error {
	switch {
	case yes:
		return nil
	case !c.interactive():
		return usage("there is no terminal to ask on, so nothing was changed:" +
			" add --yes to do it, or --dry-run to look only")
	}
	_, _ = fmt.Fprint(c.stderr, "Do it? [y/N] ")
	line, _ := bufio.NewReader(c.stdin).ReadString('\n')
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(line))) {
		c.warnf("Nothing was changed.")
		return errSilent
	}
	return nil
}

// apply makes one change.
func (c *console) apply(ctx context.Context, p plan, words planWords) error {
	result, err := p.change.Apply(ctx)
	if result.Refused != nil {
		c.warnf("%s did not do it (%v), so the file was edited instead.", p.change.Program(), result.Refused)
	}
	if result.Backup != "" {
		c.warnf("The file as it was: %s", result.Backup)
	}
	if err != nil {
		return err
	}
	if result.Unrecorded != nil {
		c.warnf("Uninstall will take the entry out, and not give the file back byte for byte: %v", result.Unrecorded)
	}
	say := []string{fmt.Sprintf(words.done, p.host.Name), p.host.Restart}
	if words.check && p.host.Check != "" {
		say = append(say, p.host.Check)
	}
	changed := "Changed: " + result.Path
	if result.Removed {
		changed = "Removed the file that install had made: " + result.Path
	}
	if err := c.printf("%s\n%s\n", strings.Join(say, " "), changed); err != nil {
		return err
	}
	if p.host.Note != "" {
		c.warnf("%s", p.host.Note)
	}
	return nil
}
