package main

import (
	"encoding/json"
	"fmt"

	"github.com/awork-mcp/awork-mcp/tools"
)

type listCommand struct {
	JSON bool `help:"As JSON, as the protocol lists them."`
}

// Run lists the tools; it needs no token.
func (l *listCommand) Run(c *console, s *settings) error {
	t, err := tools.New(tools.Options{Policy: s.policy(), NoView: s.NoView})
	if err != nil {
		return usage("%v", err)
	}
	if l.JSON {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		return e.Encode(t.List())
	}
	for _, tool := range t.List() {
		_, err := fmt.Fprintf(c.stdout, "%s\n  %s\n  %s\n\n", tool.Name, tool.Description, tool.RawInputSchema)
		if err != nil {
			return err
		}
	}
	return nil
}
