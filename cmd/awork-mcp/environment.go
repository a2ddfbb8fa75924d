package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
)

const (
	variablePrefix   = "AWORK_MCP_"
	stateKeyVariable = "AWORK_MCP_STATE_KEY"
)

// variable returns the environment variable of a flag.
func variable(flag string) string {
	switch name := strings.ToUpper(strings.ReplaceAll(flag, "-", "_")); name {
	case "TOKEN_FILE", "BASE_URL":
		return "AWORK_" + name
	default:
		return variablePrefix + name
	}
}

// isBuiltIn reports whether a flag is an action instead of a setting, which has a
// variable.
func isBuiltIn(f *kong.Flag) bool { return f.Name == "help" || f.Name == "version" }

// fromEnvironment gives a flag the value of its variable. An empty variable is
// as good as none, but for AWORK_MCP_TOOLS, where an empty list would offer every
// tool.
func fromEnvironment(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if isBuiltIn(flag) {
		return nil, nil
	}
	name := variable(flag.Name)
	value, ok := os.LookupEnv(name)
	switch {
	case !ok, isBlankOption(value):
		return nil, nil
	case strings.TrimSpace(value) == "" && flag.Name == "tools":
		return nil, fmt.Errorf("it is empty in %s; name the tools, or unset it to have them all", name)
	case strings.TrimSpace(value) == "":
		return nil, nil
	}
	return value, nil
}

// isBlankOption reports whether a variable's value is the placeholder that hosts
// pass for an option of a bundle that its user left blank.
func isBlankOption(value string) bool { return strings.HasPrefix(value, "${user_config.") }

// kubernetesNames matches the variables that Kubernetes makes of the name of a
// service, such as awork-mcp.
var kubernetesNames = regexp.MustCompile(
	`_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$`)

// checkVariables refuses a variable AWORK_MCP_… that no setting has: a misspelled
// AWORK_MCP_READONLY must not open a server.
func checkVariables(environ []string, root *kong.Node) error {
	known := variablesOf(root)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if strings.TrimSpace(value) == "" || slices.Contains(known, name) || !isOurs(name) {
			continue
		}
		return usage("there is no setting for the variable %s: did you mean %s? Unset it, or correct its name",
			name, slices.MinFunc(known, func(a, b string) int { return distance(name, a) - distance(name, b) }))
	}
	return nil
}

// isOurs reports whether a variable can only be meant for this program.
func isOurs(name string) bool {
	upper := strings.ToUpper(name)
	return strings.HasPrefix(upper, variablePrefix) && !kubernetesNames.MatchString(name)
}

// distance returns how far a variable is from the name of a setting, whatever
// their prefix and case.
func distance(name, setting string) int {
	_, setting, _ = strings.Cut(strings.Replace(setting, variablePrefix, "AWORK_", 1), "_")
	return levenshtein.ComputeDistance(strings.ToUpper(name)[len(variablePrefix):], setting)
}

// variablesOf returns the variables of a command's settings, and of all commands
// below it.
func variablesOf(n *kong.Node) []string {
	names := []string{"AWORK_TOKEN", stateKeyVariable}
	for _, f := range n.Flags {
		if !isBuiltIn(f) {
			names = append(names, variable(f.Name))
		}
	}
	for _, child := range n.Children {
		names = append(names, variablesOf(child)...)
	}
	return names
}

// isPath reports whether a flag names a file or a folder.
func isPath(f *kong.Flag) bool { return f.PlaceHolder == "PATH" || f.PlaceHolder == "DIR" }

// expandHome puts the home folder in the place of a leading ~/ in the settings
// that are paths: a host passes them on without a shell.
func expandHome(flags []*kong.Flag) error {
	for _, f := range flags {
		target := f.Target
		if f.Name == "deliver-command" && target.Len() > 0 {
			target = target.Index(0) // the program
		} else if !isPath(f) {
			continue
		}
		if target.Kind() != reflect.String {
			continue
		}
		path := target.String()
		if err := expandHomeIn(&path); err != nil {
			return err
		}
		target.SetString(path)
	}
	return nil
}

// expandHomeIn puts the home folder in the place of a leading ~/.
func expandHomeIn(path *string) error {
	rest, ok := strings.CutPrefix(filepath.ToSlash(*path), "~/")
	if !ok {
		return nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return usage("%q: there is no home folder: %v", *path, err)
	}
	*path = filepath.Join(home, rest)
	return nil
}
