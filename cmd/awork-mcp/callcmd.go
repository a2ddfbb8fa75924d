package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
)

type callCommand struct {
	Tool      string   `arg:"" optional:"" help:"Name of the tool."`
	Arguments []string `arg:"" optional:"" name:"key=value" help:"Its arguments."`
	Yes       bool     `help:"Answer yes to the question that a write may ask."`
}

// Run prints the tool's structured result, and fails if its outcome is an error.
func (cc *callCommand) Run(c *console, s *settings) error {
	if cc.Tool == "" {
		return usage("name the tool to call, as in: awork-mcp call list_api_users (awork-mcp tools lists them)")
	}
	p, err := s.build(c, buildOptions{answeredBy: cc.answeredBy()})
	if err != nil {
		return err
	}
	arguments, err := cc.arguments(p.tools.List())
	if err != nil {
		return err
	}
	ctx, cancel := signalContext()
	defer cancel()
	result, err := cc.call(ctx, c, p, arguments)
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
		return errSilent
	}
	return nil
}

// answeredBy is how a question is answered, as the journal names it.
func (cc *callCommand) answeredBy() string {
	if cc.Yes {
		return "flag --yes"
	}
	return "terminal"
}

// arguments makes of each key=value what the tool's schema wants: JSON for an
// array, a number or a boolean, where the value is JSON, else text.
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
		return nil, usage("there is no tool %q here; there are %s (--read-only and --tools hide some)",
			cc.Tool, strings.Join(names, ", "))
	}
	arguments := map[string]any{}
	for _, a := range cc.Arguments {
		key, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, usage("%q is not an argument: write key=value", a)
		}
		if _, twice := arguments[key]; twice {
			return nil, usage("%s is given twice: give it once", key)
		}
		arguments[key] = value
		if t := schema.Properties[key].Type; t != "string" && json.Valid([]byte(value)) {
			arguments[key] = json.RawMessage(value)
		}
	}
	return arguments, nil
}

// call runs the tool through an MCP client in this process, which can show
// questions where there is somebody to answer them.
func (cc *callCommand) call(
	ctx context.Context, c *console, p *program, arguments map[string]any,
) (*mcp.CallToolResult, error) {
	var options []client.ClientOption
	switch {
	case cc.Yes:
		options = append(options, client.WithElicitationHandler(yes{}))
	case c.interactive():
		options = append(options, client.WithElicitationHandler(prompter{c}))
	}
	cl, err := client.NewInProcessClientWithOptions(p.server, options...)
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
	req.Params.Name, req.Params.Arguments = cc.Tool, arguments
	return cl.CallTool(ctx, req)
}
