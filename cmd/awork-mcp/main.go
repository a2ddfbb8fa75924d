// Command awork-mcp is an MCP server with which an AI assistant sees, limits,
// rotates and removes the API users of an awork workspace.
package main

import "os"

func main() { os.Exit(run(os.Args[1:])) }
