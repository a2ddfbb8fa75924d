package main

import (
	"errors"
	"os"
	"reflect"

	"github.com/alecthomas/kong"
)

// cli is the command line. The settings say what may happen; their flags are
// taken before or after the command.
type cli struct {
	settings `group:"settings"`

	Stdio      stdioCommand      `cmd:"" default:"1" help:"Serve MCP on stdin and stdout, for MCP hosts (the default)."`
	HTTP       httpCommand       `cmd:"" name:"http" help:"Serve MCP over HTTP: /mcp, and /sse for older clients."`
	Call       callCommand       `cmd:"" help:"Run one tool and print its structured result as JSON."`
	Audit      auditCommand      `cmd:"" help:"Audit the API users, for people and for pipelines."`
	Writes     journalCommand    `cmd:"" name:"journal" help:"Show a journal of writes, or verify it."`
	List       listCommand       `cmd:"" name:"tools" help:"List the tools with their schemas."`
	Doctor     doctorCommand     `cmd:"" help:"Check token, permission and reachability, and say what to do."`
	Serve      sandboxCommand    `cmd:"" name:"sandbox" help:"Serve an awork workspace in memory, to try things out."`
	Install    installCommand    `cmd:"" help:"Set up an MCP host to launch this server with the settings given."`
	Uninstall  uninstallCommand  `cmd:"" help:"Take the server out of an MCP host again."`
	Completion completionCommand `cmd:"" help:"Print the completions of a shell."`
	Login      loginCommand      `cmd:"" help:"Sign in to awork in the browser, instead of a token."`
	Logout     logoutCommand     `cmd:"" help:"Remove a sign-in, and have awork revoke it."`
	Version    versionCommand    `cmd:"" help:"Print the version."`

	ShowVersion versionFlag `name:"version" group:"settings" help:"Print the version."`
}

// run runs the command that args name and returns the exit status.
func run(args []string, c *console) int {
	var line cli
	ended := exitNone
	parser, err := kong.New(&line,
		kong.Name("awork-mcp"),
		kong.Description(description),
		kong.Writers(c.stdout, c.stderr),
		kong.Exit(func(status int) { ended = status }),
		kong.Resolvers(kong.ResolverFunc(fromEnvironment)),
		kong.KindMapper(reflect.Bool, boolMapper{}),
		kong.ValueFormatter(describeValue),
		kong.ExplicitGroups([]kong.Group{settingsGroup()}),
		kong.PostBuild(groupHelpFlag),
		kong.PostBuild(expandHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.Bind(c, &line.settings),
	)
	if err != nil {
		return c.fail(err)
	}
	k, err := parser.Parse(args)
	switch {
	case ended != exitNone:
		return ended
	case isClosedPipe(err):
		return exitOK
	case err != nil:
		return c.fail(usage("%v (%s)", err, hintAt(err)))
	}
	if err := checkVariables(os.Environ(), k.Model.Node); err != nil {
		return c.fail(err)
	}
	if err := expandHome(k.Flags()); err != nil {
		return c.fail(err)
	}
	return c.fail(k.Run())
}

// hintAt says what to do about a command line that can't be parsed.
func hintAt(err error) string {
	var e *kong.ParseError
	if !errors.As(err, &e) || e.Context == nil || e.Context.Selected() == nil {
		return "awork-mcp --help lists the commands and settings"
	}
	switch name := e.Context.Selected().Name; name {
	case "call":
		return "a tool's arguments are written key=value; awork-mcp call --help lists the settings"
	default:
		return "awork-mcp " + name + " --help shows how it is called"
	}
}
