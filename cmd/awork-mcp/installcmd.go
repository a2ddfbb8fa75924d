package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/hosts"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
)

// hostFlags are common to install and uninstall.
type hostFlags struct {
	Name   string `placeholder:"NAME" help:"Name of the server in the host; awork, or awork-WORKSPACE, if not given."`
	DryRun bool   `help:"Only show what would change."`
	Yes    bool   `help:"Don't ask."`
}

type installCommand struct {
	Host string `arg:"" optional:"" help:"The host to set up; without one, those found on this machine are listed."`
	hostFlags
	URL           string `placeholder:"URL" help:"Connect the host to a server that is hosted there; nothing is launched."`
	BearerEnv     string `placeholder:"NAME" help:"${install_bearer_env}"`
	AworkTokenEnv string `placeholder:"NAME" help:"${install_awork_token_env}"`
}

type uninstallCommand struct {
	Host string `arg:"" help:"The host to take the server out of."`
	hostFlags
}

// Run implements the command. The settings of its command line and of the
// environment are those with which the host will launch the server; the token
// never is.
func (i *installCommand) Run(k *kong.Context, c *console, s *settings) error {
	sys, err := hosts.Current()
	if err != nil {
		return err
	}
	name, err := i.serverName(k)
	if err != nil {
		return err
	}
	if i.Host == "" {
		return c.listHosts(sys, name)
	}
	host, err := hosts.Find(i.Host)
	if err != nil {
		return usage("%v", err)
	}
	program, err := hosts.Self("awork-mcp")
	if err != nil {
		return usage("%v", err)
	}
	server := hosts.Server{Name: name, Command: program}
	if i.URL != "" {
		err = i.hosted(k, &server)
	} else {
		err = i.launched(k, c, s, host, &server)
	}
	if err != nil {
		return err
	}
	var plans []plan
	for _, h := range host.Variants(sys) {
		change, err := h.Install(sys, server)
		if err != nil {
			return err
		}
		plans = append(plans, plan{h, change})
		if i.URL == "" {
			s.warnEnvironment(c, h, change.Path)
		} else {
			i.explainHosted(c, h, change.Path)
		}
	}
	return c.carryOut(plans, i.hostFlags, installWords(name))
}

// launched fills in how the host launches the server.
func (i *installCommand) launched(
	k *kong.Context, c *console, s *settings, host hosts.Host, server *hosts.Server,
) error {
	if i.BearerEnv != "" || i.AworkTokenEnv != "" {
		return usage("--bearer-env and --awork-token-env go with --url")
	}
	set := setFlags(k)
	if err := s.launchable(c, set); err != nil {
		return err
	}
	server.Args = append([]string{"stdio"}, launchArgs(set)...)
	token := strings.TrimSpace(os.Getenv("AWORK_TOKEN"))
	if token != "" && strings.Contains(strings.Join(server.Args, " "), token) {
		return usage("the awork token stands in the settings, and would be written into a file of the host:" +
			" put it into a token file")
	}
	tokenArgs, err := s.tokenArgs(c, set)
	if err != nil {
		return err
	}
	server.Args = append(server.Args, tokenArgs...)
	if host.Asks == hosts.Nobody && s.Confirm == "auto" && !s.ReadOnly {
		c.warnf("%s shows no questions of awork-mcp, and asks nobody before a tool deletes something."+
			" To have each delete confirmed in a second call, add --confirm strict.", host.Name)
	}
	return nil
}

// Run implements the command.
func (u *uninstallCommand) Run(k *kong.Context, c *console) error {
	sys, err := hosts.Current()
	if err != nil {
		return err
	}
	host, err := hosts.Find(u.Host)
	if err != nil {
		return usage("%v", err)
	}
	program, _ := hosts.Self("awork-mcp") // without, it goes by its name
	name, err := u.serverName(k)
	if err != nil {
		return err
	}
	var plans []plan
	for _, h := range host.Variants(sys) {
		change, err := h.Uninstall(sys, name, program)
		if err != nil {
			return err
		}
		plans = append(plans, plan{h, change})
	}
	return c.carryOut(plans, u.hostFlags, uninstallWords(name))
}

// serverName returns the server's name in the host: the one that is given, else
// awork, with the name of the workspace that is chosen behind it.
func (f hostFlags) serverName(k *kong.Context) (string, error) {
	for _, flag := range setFlags(k) {
		if flag.Name == "workspace" && f.Name == "" {
			return serverNameOf(fmt.Sprint(flag.Target.Interface())), nil
		}
	}
	name := cmp.Or(f.Name, "awork")
	if err := hosts.CheckName(name); err != nil {
		return "", usage("--name: %v", err)
	}
	return name, nil
}

// serverNameOf returns the name of a workspace's server, in the letters that
// every host takes. A workspace without any of them is named by a digest, since
// several may be side by side.
func serverNameOf(workspace string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(workspace) {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_' {
			b.WriteRune(r)
		} else if !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	letters := strings.Trim(b.String(), "-")
	if letters == "" && workspace != "" {
		letters = fmt.Sprintf("%.4x", sha256.Sum256([]byte(workspace)))
	}
	name := "awork-" + letters
	return strings.TrimRight(name[:min(len(name), 64)], "-")
}

// listHosts lists the hosts on this machine.
func (c *console) listHosts(sys hosts.System, name string) error {
	program, _ := hosts.Self("awork-mcp")
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
