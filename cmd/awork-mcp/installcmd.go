package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/hosts"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
)

// hostFlags are common to install and uninstall.
type hostFlags struct {
	Name   string `default:"awork" placeholder:"NAME" help:"Name of the server in the host; awork if not given."`
	DryRun bool   `help:"Only show what would change."`
	Yes    bool   `help:"Don't ask."`
}

type installCommand struct {
	Host string `arg:"" optional:"" help:"The host to set up; without one, those found on this machine are listed."`
	hostFlags
}

type uninstallCommand struct {
	Host string `arg:"" help:"The host to take the server out of."`
	hostFlags
}

// Run implements the command. The settings that are given on its command line
// are those with which the host will launch the server; the token never is.
func (i *installCommand) Run(k *kong.Context, c *console, s *settings) error {
	sys, err := hosts.Current()
	if err != nil {
		return err
	}
	if i.Host == "" {
		return c.listHosts(sys, i.Name)
	}
	given := givenFlags(k)
	if err := s.launchable(c, given); err != nil {
		return err
	}
	args := append([]string{"stdio"}, launchArgs(given)...)
	token := strings.TrimSpace(os.Getenv("AWORK_TOKEN"))
	if token != "" && strings.Contains(strings.Join(args, " "), token) {
		return usage("the awork token stands in the settings, and would be written into a file of the host:" +
			" put it into a token file")
	}
	program, onPath, err := hosts.Self("awork-mcp")
	if err != nil {
		return usage("%v", err)
	}
	host, known := hosts.ByID(i.Host)
	server := hosts.Server{Name: i.Name, Command: program, Args: args}
	if onPath && known && !host.Desktop {
		server.Command = "awork-mcp"
	}
	s.warnUncopied(k, c, given)
	if !known {
		c.warnf("awork-mcp knows no host %q (it knows %s). This is what most hosts want in the file of their MCP servers;"+
			" some call \"mcpServers\" \"servers\" or \"context_servers\":", i.Host, hosts.IDs())
		_, err := io.WriteString(c.stdout, hosts.Snippet(server))
		return err
	}
	change, err := host.Install(sys, server)
	if err != nil {
		return err
	}
	return c.apply(host, change, i.hostFlags, "has "+i.Name+", as it is to be", "is set up: "+host.Reload)
}

// Run implements the command.
func (u *uninstallCommand) Run(c *console) error {
	sys, err := hosts.Current()
	if err != nil {
		return err
	}
	host, known := hosts.ByID(u.Host)
	if !known {
		return usage("awork-mcp knows no host %q; it knows %s", u.Host, hosts.IDs())
	}
	program, _, _ := hosts.Self("awork-mcp") // without, it goes by its name
	change, err := host.Uninstall(sys, u.Name, program)
	if err != nil {
		return err
	}
	return c.apply(host, change, u.hostFlags, "has no "+u.Name,
		"has no "+u.Name+" any more: it takes notice when it is started again")
}

// apply shows a change, asks, makes it, and says what to do next.
func (c *console) apply(host hosts.Host, change *hosts.Change, f hostFlags, already, done string) error {
	if change.SwitchedOff != "" {
		c.warnf("The entry in %s is switched off, and stays so (%s): change that in %s to use it.",
			change.Path, change.SwitchedOff, host.Name)
	}
	if change.None() {
		return c.printf("Nothing to do: %s %s. Looked at: %s\n", host.Name, already, change.Path)
	}
	if change.Command != nil {
		c.warnf("%s's own command does it, and may lay the file out in its own way:\n  %s",
			host.Name, change.CommandLine())
	}
	if err := c.printf("%s", change.Diff()); err != nil {
		return err
	}
	switch {
	case f.DryRun:
		return nil
	case f.Yes:
	case !c.interactive():
		return usage("there is no terminal to ask on, so nothing was changed:" +
			" add --yes to do it, or --dry-run to look only")
	default:
		_, _ = fmt.Fprint(c.stderr, "Do it? [y/N] ")
		line, _ := bufio.NewReader(c.stdin).ReadString('\n')
		if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(line))) {
			c.warnf("Nothing was changed.")
			return errSilent
		}
	}
	ctx, cancel := signalContext()
	defer cancel()
	result, err := change.Apply(ctx)
	if result.Refused != nil {
		c.warnf("%s did not do it (%v), so the file was edited instead.", change.Program(), result.Refused)
	}
	if result.Backup != "" {
		c.warnf("The file as it was: %s", result.Backup)
	}
	if err != nil {
		return err
	}
	return c.printf("%s %s. Changed: %s\n", host.Name, done, result.Path)
}

// listHosts lists the hosts on this machine.
func (c *console) listHosts(sys hosts.System, name string) error {
	program, _, _ := hosts.Self("awork-mcp")
	found := hosts.Detect(sys, name, program)
	if len(found) == 0 {
		c.warnf("No host that awork-mcp knows is on this machine (it knows %s).", hosts.IDs())
		return nil
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	for _, h := range found {
		where, state := terminal.PlainLine(h.Where), terminal.PlainLine(h.State)
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", h.Host.ID, h.Host.Name, where, state)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	c.warnf("Set one up with: awork-mcp install HOST")
	return nil
}
