// Package subprocess holds what all programs have in common that awork-mcp starts:
// a browser, a host's command line, a vault's.
package subprocess

import (
	"os"
	"strings"
)

// Environ returns this program's environment without its secrets: the environment
// for programs that it starts.
func Environ() []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !isSecret(name) {
			env = append(env, v)
		}
	}
	return env
}

// isSecret reports whether the variable holds a secret. Some systems ignore the
// case of such names.
func isSecret(name string) bool {
	return strings.EqualFold(name, "AWORK_TOKEN") || strings.EqualFold(name, "AWORK_MCP_STATE_KEY")
}
