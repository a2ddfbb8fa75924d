package main

import (
	"reflect"

	"github.com/alecthomas/kong"
)

// cli is the command line. The settings say what may happen; their flags are
// taken before or after the command.
type cli struct {
	settings

	Stdio      stdioCommand      `cmd:"" default:"1" help:"Serve MCP on stdin and stdout: what MCP hosts launch (the default)."`
	HTTP       httpCommand       `cmd:"" name:"http" help:"Serve MCP over HTTP: /mcp (streamable), /sse and /message (legacy SSE), /healthz."`
	Call       callCommand       `cmd:"" help:"Run one tool and print its structured result as JSON."`
	List       listCommand       `cmd:"" name:"tools" help:"List the tools with their schemas."`
	Doctor     doctorCommand     `cmd:"" help:"Check token, permission and reachability, and say what to do."`
	Serve      sandboxCommand    `cmd:"" name:"sandbox" help:"Serve an awork workspace in memory on loopback, to try things out."`
	Install    installCommand    `cmd:"" help:"Set up an MCP host on this machine to launch this server with the settings given."`
	Uninstall  uninstallCommand  `cmd:"" help:"Take the server out of an MCP host again."`
	Completion completionCommand `cmd:"" help:"Print the completions of a shell."`
	Login      loginCommand      `cmd:"" help:"Sign in to awork in the browser, instead of a token."`
	Logout     logoutCommand     `cmd:"" help:"Forget the sign-in, and have awork revoke it."`
	Version    versionCommand    `cmd:"" help:"Print the version."`

	ShowVersion versionFlag `name:"version" help:"Print the version."`
}

const description = "An MCP server for the API users of an awork workspace. The awork token comes from AWORK_TOKEN, " +
	"a token file or the sign-in (awork-mcp login), never from a flag."

// run runs the command that args name and returns the exit status.
func run(args []string, c *console) int {
	var line cli
	parser, err := kong.New(&line,
		kong.Name("awork-mcp"),
		kong.Description(description),
		kong.Vars{"deliver_command": helpDeliverCommand, "log_format": helpLogFormat},
		kong.Writers(c.stdout, c.stderr),
		kong.Resolvers(kong.ResolverFunc(fromEnvironment)),
		kong.KindMapper(reflect.Bool, boolMapper{}),
		kong.ValueFormatter(describeValue),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(c, &line.settings),
	)
	if err != nil {
		return c.fail(err)
	}
	k, err := parser.Parse(args)
	if err != nil {
		return c.fail(usage("%v (awork-mcp --help lists the commands and settings)", err))
	}
	return c.fail(k.Run())
}
