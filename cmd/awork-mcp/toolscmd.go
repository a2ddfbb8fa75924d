package main

import (
	"encoding/json"
	"fmt"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools"
)

type listCommand struct {
	JSON bool `help:"As JSON, as the protocol lists them."`
}

// Run implements the command. It needs no token.
func (l *listCommand) Run(c *console, s *settings) error {
	// No request is made with this client.
	client, err := awork.New(awork.Config{Tokens: awork.StaticToken(awork.Token{})})
	if err != nil {
		return err
	}
	t, err := tools.New(tools.Options{Client: client, Policy: s.policy()})
	if err != nil {
		return usage("%v", err)
	}
	if l.JSON {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		return e.Encode(t.List())
	}
	for _, tool := range t.List() {
		if _, err := fmt.Fprintf(c.stdout, "%s\n  %s\n  %s\n\n", tool.Name, tool.Description, tool.RawInputSchema); err != nil {
			return err
		}
	}
	return nil
}
