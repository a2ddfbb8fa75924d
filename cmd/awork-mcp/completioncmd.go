package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/hosts"
	"github.com/awork-mcp/awork-mcp/tools"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script for the shell to read at its start, such as with:
// source <(awork-mcp completion bash).
func (cc *completionCommand) Run(c *console, k *kong.Kong) error {
	t, err := tools.New(tools.Options{Policy: tools.Policy{Tools: []string{"default", "credentials"}}})
	if err != nil {
		return err
	}
	callable, err := callableTools(t.List())
	if err != nil {
		return err
	}
	script := bashCompletion(k.Model.Node, callable)
	switch cc.Shell {
	case "zsh":
		script = "autoload -U +X bashcompinit && bashcompinit\n" + script
	case "fish":
		script = fishCompletion(k.Model.Node, callable)
	}
	_, err = fmt.Fprint(c.stdout, script)
	return err
}

// callable is a tool as call takes it.
type callable struct {
	name string
	// keys are its arguments, each with the = that follows it.
	keys []string
}

func callableTools(list []mcp.Tool) ([]callable, error) {
	var all []callable
	for _, t := range list {
		properties, err := propertiesOf(t)
		if err != nil {
			return nil, err
		}
		tool := callable{name: t.Name}
		for _, key := range slices.Sorted(maps.Keys(properties)) {
			tool.keys = append(tool.keys, key+"=")
		}
		all = append(all, tool)
	}
	return all, nil
}

func namesOf(all []callable) string {
	var names []string
	for _, tool := range all {
		names = append(names, tool.name)
	}
	return strings.Join(names, " ")
}

// flagsOf returns the flags that a command takes, those of the program included.
func flagsOf(n *kong.Node) []*kong.Flag { return slices.Concat(n.AllFlags(true)...) }

// valuesOf returns the values that a flag takes, where they are known.
func valuesOf(f *kong.Flag) string {
	return strings.TrimSpace(strings.ReplaceAll(f.Enum, ",", " "))
}

// argumentsOf returns the arguments that a command takes, where they are known and
// it is not call.
func argumentsOf(n *kong.Node) string {
	switch n.Name {
	case "install", "uninstall":
		return strings.ReplaceAll(hosts.IDs(), ",", "")
	case "completion":
		return strings.ReplaceAll(n.Positional[0].Enum, ",", " ")
	}
	return ""
}
