package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/awork"
)

type callCommand struct {
	Tool      string   `arg:"" help:"Name of the tool."`
	Arguments []string `arg:"" optional:"" name:"key=value" help:"Its arguments."`
}

// Run implements the command: it prints the tool's structured result, and fails
// when the outcome is an error.
func (cc *callCommand) Run(c *console, s *settings) error {
	p, err := s.build(c)
	if err != nil {
		return err
	}
	arguments, err := cc.arguments(p.tools.List())
	if err != nil {
		return err
	}
	ctx, cancel := untilSignal()
	defer cancel()
	result, err := callInProcess(ctx, p, cc.Tool, arguments)
	if err != nil {
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, result.RawStructuredContent, "", "  "); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(c.stdout, pretty.String()); err != nil {
		return err
	}
	if result.IsError {
		return errTold
	}
	return nil
}

// arguments turns key=value into what the tool's schema wants: JSON for an
// array, a number or a boolean, where it is JSON, else text.
func (cc *callCommand) arguments(list []mcp.Tool) (map[string]any, error) {
	var schema struct {
		Properties map[string]struct {
			Type string `json:"type"`
		} `json:"properties"`
	}
	var names []string
	for _, t := range list {
		names = append(names, t.Name)
		if t.Name == cc.Tool {
			if err := json.Unmarshal(t.RawInputSchema, &schema); err != nil {
				return nil, err
			}
			names = nil
			break
		}
	}
	if names != nil {
		return nil, usage("there is no tool %q; there are %s", cc.Tool, strings.Join(names, ", "))
	}
	arguments := map[string]any{}
	for _, a := range cc.Arguments {
		key, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, usage("%q is not an argument: write key=value", a)
		}
		arguments[key] = value
		if t := schema.Properties[key].Type; t != "string" && json.Valid([]byte(value)) {
			arguments[key] = json.RawMessage(value)
		}
	}
	return arguments, nil
}

func callInProcess(ctx context.Context, p *program, tool string, arguments map[string]any) (*mcp.CallToolResult, error) {
	cl, err := client.NewInProcessClient(p.server)
	if err != nil {
		return nil, err
	}
	defer func() { _ = cl.Close() }()
	if err := cl.Start(ctx); err != nil {
		return nil, err
	}
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	hello.Params.ClientInfo = mcp.Implementation{Name: "awork-mcp call", Version: version()}
	if _, err := cl.Initialize(ctx, hello); err != nil {
		return nil, err
	}
	var req mcp.CallToolRequest
	req.Params.Name, req.Params.Arguments = tool, arguments
	return cl.CallTool(ctx, req)
}

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
	t, err := s.catalogue(client, s.logger(c.stderr))
	if err != nil {
		return err
	}
	if l.JSON {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		return e.Encode(t.List())
	}
	for _, tool := range t.List() {
		var schema struct {
			Properties map[string]struct {
				Type        string `json:"type"`
				Description string `json:"description"`
			} `json:"properties"`
			Required []string `json:"required"`
		}
		if err := json.Unmarshal(tool.RawInputSchema, &schema); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.stdout, "%s\n  %s\n  %s\n\n", tool.Name, tool.Description, tool.RawInputSchema); err != nil {
			return err
		}
	}
	return nil
}
