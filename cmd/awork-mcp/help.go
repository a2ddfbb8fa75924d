package main

import (
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

const description = "An MCP server for the API users of an awork workspace. The awork token comes from AWORK_TOKEN, " +
	"a token file or the sign-in (awork-mcp login), never from a flag."

// settingsGroup holds the flags that every command takes. Help shows it after the
// command's own flags.
func settingsGroup() kong.Group {
	return kong.Group{Key: "settings", Title: "Settings, taken before or after the command:"}
}

func groupHelpFlag(k *kong.Kong) error {
	group := settingsGroup()
	k.Model.HelpFlag.Group = &group
	return nil
}

// describeValue returns a flag's help with its default and its variable.
func describeValue(v *kong.Value) string {
	if v.Flag == nil || isBuiltIn(v.Flag) {
		return v.Help
	}
	notes := "$" + variable(v.Flag.Name)
	if v.HasDefault && v.Default != "" {
		notes = "default " + v.Default + ", " + notes
	}
	return strings.TrimSpace(v.Help + " (" + notes + ")")
}

// expandHelp puts in the help of flags that is too long for a line of source. Kong's
// own variables would do it too, but each start would expand all of them for every flag.
func expandHelp(k *kong.Kong) error {
	long := longHelp()
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			flag.Help = os.Expand(flag.Help, func(name string) string { return long[name] })
		}
		return next(nil)
	})
}

func longHelp() map[string]string {
	return map[string]string{
		"base_url": "Address of the awork API; https://api.awork.com/api/v1 if not given.",
		"tools":    "Offer only these tools: names, globs, or the families 'default' and 'credentials'.",
		"confirm":  "When a human is asked before a write: auto, strict, human or never.",
		"workspace": "Work in this workspace alone: picks the sign-in, and refuses a token of another. " +
			"Its id or exact name.",
		"protect": "Never write to these API users: UUIDs, or globs over their names.",
		"deliver": "Where keys and secrets go that are made: file, keyring or command.",
		"deliver_command": "Program for --deliver command, which gets the secret on its standard input; " +
			"once for each word. The variable holds one word, a program without arguments.",
		"log_level":  "What is logged, to stderr: debug, info, warn or error; info if not given, and warn by call.",
		"log_format": "How logs are written: text or json; auto is text on a terminal and JSON elsewhere.",

		"install_bearer_env": "Variable of the host's environment that holds the token for the server at --url; " +
			"leave it out where the host signs in.",
		"install_awork_token_env": "Variable of the host's environment that holds the awork token to send to --url, " +
			"where the server runs with --credentials caller.",

		"audit_format":   "How to print it: table, json or csv.",
		"audit_fail_on":  "Exit with status 1 where a finding is as grave: high, medium or low.",
		"audit_baseline": "An earlier report in JSON: findings are compared with it, and only new ones fail.",
		"sandbox_listen": "Loopback address to listen on; port 0 takes a free one.",
		"sandbox_fault": "Fail on purpose: kind[:METHOD][:path][:key=value…], " +
			"such as lost-after:DELETE:/apiusers/*:times=1.",
		"sandbox_rate_limit": "Whether awork's rate limits hold: on or off.",
	}
}
