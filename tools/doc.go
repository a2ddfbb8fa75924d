// Package tools is what an agent sees of awork-mcp: the tools with their
// schemas, and the rules around them. A call goes through one pipeline: its
// arguments are decoded, a plan reads what it needs and says what would change,
// policy and confirmation decide, and a commit does it. Every call ends in a
// [Result] with an [Outcome]; a failure is a result too, never a protocol error.
//
// The package knows MCP and the awork client, and no transport.
package tools
