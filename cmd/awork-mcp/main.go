// Command awork-mcp is an MCP server with which an AI assistant sees, limits,
// rotates and removes the API users of an awork workspace.
//
// The command line is [cli]: each command is a field, a type and a file of its
// own. A command makes what it needs with [settings.build]. The rules live in
// the package tools, the bytes on the wire in the packages below internal.
package main

import "os"

func main() {
	catchClosedPipes()
	tuneGC()
	os.Exit(run(os.Args[1:], &console{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}))
}
