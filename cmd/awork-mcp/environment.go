package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// variable returns the environment variable of a flag.
func variable(flag string) string {
	switch name := strings.ToUpper(strings.ReplaceAll(flag, "-", "_")); name {
	case "TOKEN_FILE", "BASE_URL":
		return "AWORK_" + name
	default:
		return "AWORK_MCP_" + name
	}
}

// isBuiltIn reports whether a flag is an action instead of a setting, which has a
// variable.
func isBuiltIn(f *kong.Flag) bool { return f.Name == "help" || f.Name == "version" }

// fromEnvironment gives a flag the value of its variable. An empty variable is
// as good as none, but for AWORK_MCP_TOOLS, where an empty list would offer every
// tool. A placeholder ${user_config.…} is none, for AWORK_MCP_TOOLS too: hosts
// write so an option of a bundle that its user left blank.
func fromEnvironment(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if isBuiltIn(flag) {
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
