package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

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
	var names []string
	for _, tool := range t.List() {
		names = append(names, tool.Name)
	}
	script := bashCompletion(k.Model.Node, names)
	switch cc.Shell {
	case "zsh":
		script = "autoload -U +X bashcompinit && bashcompinit\n" + script
	case "fish":
		script = fishCompletion(k.Model.Node, names)
	}
	_, err = fmt.Fprint(c.stdout, script)
	return err
}

// flagsOf returns the flags that a command takes, those of the program included.
func flagsOf(n *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, group := range n.AllFlags(true) {
		flags = append(flags, group...)
	}
	return flags
}

// valuesOf returns the values that a flag takes, where they are known.
func valuesOf(f *kong.Flag) string {
	return strings.TrimSpace(strings.ReplaceAll(f.Enum, ",", " "))
}

// argumentsOf returns the arguments that a command takes, where they are known.
func argumentsOf(n *kong.Node, tools []string) string {
	switch n.Name {
	case "call":
		return strings.Join(tools, " ")
	case "install", "uninstall":
		return strings.ReplaceAll(hosts.IDs(), ",", "")
	case "completion":
		return strings.ReplaceAll(n.Positional[0].Enum, ",", " ")
	}
	return ""
}

func bashCompletion(root *kong.Node, tools []string) string {
	var values strings.Builder
	known := map[string]bool{}
	words := func(n *kong.Node) string {
		var w []string
		for _, f := range flagsOf(n) {
			w = append(w, "--"+f.Name)
			if !f.IsBool() && !known[f.Name] {
				known[f.Name] = true // without words bash offers files
				fmt.Fprintf(&values, "    --%s) words=%q ;;\n", f.Name, valuesOf(f))
			}
		}
		return strings.Join(w, " ")
	}
	var commands []string
	var cases strings.Builder
	for _, n := range root.Children {
		commands = append(commands, n.Name)
		fmt.Fprintf(&cases, "    %s) words=%q ;;\n", n.Name, strings.TrimSpace(words(n)+" "+argumentsOf(n, tools)))
	}
	// bash takes the = of --flag=value for a word of its own.
	return fmt.Sprintf(`_awork_mcp() {
  local word words=%q
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
%s    esac
  done
  [ "$cur" = "=" ] && cur=""
  [ "$prev" = "=" ] && prev="${COMP_WORDS[COMP_CWORD-2]}"
  case "$prev" in
%s  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _awork_mcp awork-mcp
`, strings.Join(commands, " ")+" "+words(root), cases.String(), values.String())
}

func fishCompletion(root *kong.Node, tools []string) string {
	var b strings.Builder
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }
	flag := func(condition string, f *kong.Flag) {
		values := ""
		if v := valuesOf(f); v != "" {
			values = " -x -a " + quote(v)
		} else if !f.IsBool() {
			values = " -r"
		}
		fmt.Fprintf(&b, "complete -c awork-mcp%s -l %s -d %s%s\n", condition, f.Name, quote(f.Help), values)
	}
	for _, f := range flagsOf(root) {
		flag("", f)
	}
	for _, n := range root.Children {
		fmt.Fprintf(&b, "complete -c awork-mcp -n __fish_use_subcommand -f -a %s -d %s\n", n.Name, quote(n.Help))
		within := " -n '__fish_seen_subcommand_from " + n.Name + "'"
		for _, f := range n.Flags {
			flag(within, f)
		}
		if arguments := argumentsOf(n, tools); arguments != "" {
			fmt.Fprintf(&b, "complete -c awork-mcp%s -f -a %s\n", within, quote(arguments))
		}
	}
	return b.String()
}
