package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// bashScript takes the words of the program, the case for each command, the case
// for each tool and the case for each flag with a value. bash takes the = of
// --flag=value and key=value for a word of its own.
const bashScript = `_awork_mcp() {
  local word command="" words=%q
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command,$word" in
%s%s    esac
  done
  [ "$cur" = "=" ] && cur=""
  if [ "$prev" = "=" ]; then
    prev="${COMP_WORDS[COMP_CWORD-2]}"
    words=""
  elif [ "${COMP_WORDS[COMP_CWORD]}" = "=" ]; then
    words=""
  fi
  case "$prev" in
%s  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  case "${COMPREPLY[0]-}" in *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -o default -F _awork_mcp awork-mcp
`

func bashCompletion(root *kong.Node, tools []callable) string {
	var names []string
	var commands, arguments, values strings.Builder
	known := map[string]bool{}
	for _, n := range append([]*kong.Node{root}, root.Children...) {
		for _, f := range flagsOf(n) {
			if !f.IsBool() && !known[f.Name] {
				known[f.Name] = true // without words bash offers files
				fmt.Fprintf(&values, "    --%s) words=%q ;;\n", f.Name, valuesOf(f))
			}
		}
	}
	for _, n := range root.Children {
		names = append(names, n.Name)
		words := flagWords(n) + " " + argumentsOf(n)
		if n.Name == "call" {
			words += namesOf(tools)
		}
		fmt.Fprintf(&commands, "    ,%s) command=%s words=%q ;;\n", n.Name, n.Name, strings.TrimSpace(words))
		if n.Name == "call" {
			for _, tool := range tools {
				fmt.Fprintf(&arguments, "    call,%s) command=tool words=%q ;;\n",
					tool.name, strings.Join(tool.keys, " ")+" "+flagWords(n))
			}
		}
	}
	return fmt.Sprintf(bashScript, strings.Join(names, " ")+" "+flagWords(root), &commands, &arguments, &values)
}

func flagWords(n *kong.Node) string {
	var words []string
	for _, f := range flagsOf(n) {
		words = append(words, "--"+f.Name)
	}
	return strings.Join(words, " ")
}

func fishCompletion(root *kong.Node, tools []callable) string {
	var b strings.Builder
	for _, f := range flagsOf(root) {
		fishFlag(&b, "", f)
	}
	for _, n := range root.Children {
		fmt.Fprintf(&b, "complete -c awork-mcp -n __fish_use_subcommand -f -a %s -d %s\n", n.Name, fishQuote(n.Help))
		condition := " -n '__fish_seen_subcommand_from " + n.Name + "'"
		for _, f := range n.Flags {
			fishFlag(&b, condition, f)
		}
		if arguments := argumentsOf(n); arguments != "" {
			fmt.Fprintf(&b, "complete -c awork-mcp%s -f -a %s\n", condition, fishQuote(arguments))
		}
	}
	names := namesOf(tools)
	fmt.Fprintf(&b, "complete -c awork-mcp -n '__fish_seen_subcommand_from call; "+
		"and not __fish_seen_subcommand_from %s' -f -a %s\n", names, fishQuote(names))
	for _, tool := range tools {
		if len(tool.keys) > 0 {
			fmt.Fprintf(&b, "complete -c awork-mcp -n '__fish_seen_subcommand_from call; "+
				"and __fish_seen_subcommand_from %s' -f -a %s\n", tool.name, fishQuote(strings.Join(tool.keys, " ")))
		}
	}
	return b.String()
}

func fishFlag(b *strings.Builder, condition string, f *kong.Flag) {
	values := ""
	if v := valuesOf(f); v != "" {
		values = " -x -a " + fishQuote(v)
	} else if !f.IsBool() {
		values = " -r"
	}
	fmt.Fprintf(b, "complete -c awork-mcp%s -l %s -d %s%s\n", condition, f.Name, fishQuote(f.Help), values)
}

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
