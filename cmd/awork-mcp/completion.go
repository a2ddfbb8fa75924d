package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/awork-mcp/awork-mcp/tools"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run implements the command: it prints what the shell is to read at its start,
// such as with: source <(awork-mcp completion bash).
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

// flagsOf are the flags that a command takes, those of the program included.
func flagsOf(n *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, group := range n.AllFlags(true) {
		flags = append(flags, group...)
	}
	return flags
}

func bashCompletion(root *kong.Node, tools []string) string {
	words := func(n *kong.Node) string {
		var w []string
		for _, f := range flagsOf(n) {
			w = append(w, "--"+f.Name)
		}
		return strings.Join(w, " ")
	}
	var commands []string
	var cases strings.Builder
	for _, n := range root.Children {
		commands = append(commands, n.Name)
		more := ""
		if n.Name == "call" {
			more = " " + strings.Join(tools, " ")
		}
		fmt.Fprintf(&cases, "    %s) words=%q ;;\n", n.Name, words(n)+more)
	}
	return fmt.Sprintf(`_awork_mcp() {
  local word words=%q
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
%s    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _awork_mcp awork-mcp
`, strings.Join(commands, " ")+" "+words(root), cases.String())
}

func fishCompletion(root *kong.Node, tools []string) string {
	var b strings.Builder
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }
	for _, f := range flagsOf(root) {
		fmt.Fprintf(&b, "complete -c awork-mcp -l %s -d %s\n", f.Name, quote(f.Help))
	}
	for _, n := range root.Children {
		fmt.Fprintf(&b, "complete -c awork-mcp -n __fish_use_subcommand -f -a %s -d %s\n", n.Name, quote(n.Help))
		for _, f := range n.Flags {
			fmt.Fprintf(&b, "complete -c awork-mcp -n '__fish_seen_subcommand_from %s' -l %s -d %s\n", n.Name, f.Name, quote(f.Help))
		}
	}
	fmt.Fprintf(&b, "complete -c awork-mcp -n '__fish_seen_subcommand_from call' -f -a %s\n", quote(strings.Join(tools, " ")))
	return b.String()
}
