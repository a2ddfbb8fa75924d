package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // it began, and failed
	exitUsage  = 2 // it was told something wrong, and did not begin
)

// cli is the command line. The flags of the program itself say what may happen,
// and may be given before or after the command.
type cli struct {
	settings

	Stdio      stdioCommand      `cmd:"" default:"1" help:"Serve MCP on stdin and stdout: what MCP hosts launch (the default)."`
	HTTP       httpCommand       `cmd:"" name:"http" help:"Serve MCP over HTTP: /mcp (streamable HTTP), /sse and /message (legacy SSE), /healthz."`
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

// console is what a command reads and writes.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run is the program; it returns the exit status.
func run(args []string) int {
	var c cli
	out := &console{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	parser, err := kong.New(&c,
		kong.Name("awork-mcp"),
		kong.Description("An MCP server for the API users of an awork workspace. The awork token comes from AWORK_TOKEN, a token file or the sign-in (awork-mcp login), never from a flag."),
		kong.Writers(out.stdout, out.stderr),
		kong.Resolvers(kong.ResolverFunc(fromEnvironment)),
		kong.KindMapper(reflect.Bool, boolMapper{}),
		kong.ValueFormatter(func(v *kong.Value) string {
			if v.Flag == nil || v.Flag.Name == "help" || v.Flag.Name == "version" {
				return v.Help
			}
			return strings.TrimSpace(v.Help + " ($" + variable(v.Flag.Name) + ")")
		}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(out, &c.settings),
	)
	if err != nil {
		return out.fail(err)
	}
	k, err := parser.Parse(args)
	if err != nil {
		if strings.HasPrefix(err.Error(), `expected "<tool>`) {
			return out.fail(usage("name the tool to call, as in: awork-mcp call list_api_users (awork-mcp tools lists them)"))
		}
		return out.fail(usage("%v (awork-mcp --help lists the commands and settings)", err))
	}
	return out.fail(k.Run())
}

// fail prints an error, if there is one, as one line, and gives the exit status.
func (c *console) fail(err error) int {
	var u *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &u):
		c.hint("awork-mcp: %v", u)
		return exitUsage
	case !errors.Is(err, errTold):
		c.hint("awork-mcp: %v", err)
	}
	return exitFailed
}

// errTold is a failure of which the user has been told in full.
var errTold = errors.New("failed")

// usageError is a setting that can't be used.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usage(format string, args ...any) error {
	return &usageError{strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " ")}
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	switch name := strings.ToUpper(strings.ReplaceAll(flag, "-", "_")); name {
	case "TOKEN_FILE", "BASE_URL":
		return "AWORK_" + name
	default:
		return "AWORK_MCP_" + name
	}
}

// fromEnvironment gives a flag the value of its variable. An empty variable is
// as good as none, but for AWORK_MCP_TOOLS, which was meant and would open every
// tool. A placeholder ${user_config.…} is none on purpose, for AWORK_MCP_TOOLS
// too: so hosts write an option of a bundle that its user left blank.
func fromEnvironment(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "help" || flag.Name == "version" {
		return nil, nil
	}
	name := variable(flag.Name)
	value, ok := os.LookupEnv(name)
	switch {
	case !ok, strings.HasPrefix(value, "${user_config."):
		return nil, nil
	case strings.TrimSpace(value) == "" && flag.Name == "tools":
		return nil, fmt.Errorf("it is empty in %s; name the tools, or unset it to have them all", name)
	case strings.TrimSpace(value) == "":
		return nil, nil
	}
	return value, nil
}

// boolMapper reads booleans in every form that people write in an environment.
type boolMapper struct{}

func (boolMapper) IsBool() bool { return true }

func (boolMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	switch value := fmt.Sprint(ctx.Scan.Pop().Value); strings.ToLower(strings.TrimSpace(value)) {
	case "true", "1", "yes", "on":
		target.SetBool(true)
	case "false", "0", "no", "off":
		target.SetBool(false)
	default:
		return fmt.Errorf("must be true/false, 1/0, yes/no or on/off, not %q", value)
	}
	return nil
}

// list is a setting of several values, with commas between them or given more
// than once. None of them may be empty: a list that was meant and came out empty
// must not open everything.
type list []string

// Decode implements kong's mapping.
func (l *list) Decode(ctx *kong.DecodeContext) error {
	var value string
	if err := ctx.Scan.PopValueInto("list", &value); err != nil {
		return err
	}
	for entry := range strings.SplitSeq(value, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			return errors.New("has an empty entry: name something, or leave it out")
		}
		*l = append(*l, entry)
	}
	return nil
}
