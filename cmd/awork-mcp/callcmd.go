package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
)

type callCommand struct {
	Tool      string   `arg:"" optional:"" help:"Name of the tool."`
	Arguments []string `arg:"" optional:"" name:"key=value" help:"Its arguments."`
	Preview   bool     `help:"Only say what a write would do, and what forbids it."`
	Yes       bool     `help:"Answer yes to the question that a write may ask."`
}

// Run prints the tool's structured result, and fails if its outcome is an error.
func (cc *callCommand) Run(c *console, s *settings) error {
	if cc.Tool == "" {
		return usage("name the tool to call, as in: awork-mcp call list_api_users (awork-mcp tools lists them)")
	}
	s.LogLevel = cmp.Or(s.LogLevel, "warn") // the result is what the user wants to see
	p, err := s.build(c, buildOptions{answeredBy: cc.answeredBy(), yes: cc.Yes})
	if err != nil {
		return err
	}
	defer func() { _ = p.journal.Close() }() // which leaves a file behind where it fails
	tool, err := cc.tool(p.tools.List())
	if err != nil {
		return err
	}
	arguments, err := parseArguments(tool, cc.Arguments)
	if err != nil {
		return err
	}
	ctx, cancel := signalContext()
	defer cancel()
	if cc.Preview {
		if properties, err := propertiesOf(tool); err != nil || properties["preview"] == nil {
			return usage("--preview goes with tools that write; %s only reads", cc.Tool)
		}
		arguments["preview"] = true
	}
	var handler client.ElicitationHandler
	if c.interactive() {
		handler = prompter{c}
	}
	result, err := p.call(ctx, cc.Tool, arguments, handler)
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted before the result was known")
	case err != nil:
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, result.RawStructuredContent, "", "  "); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, pretty.String())
	if result.IsError {
		return errSilent // even where nobody read the result
	}
	return err
}

// answeredBy returns how a question is answered, as the journal names it.
func (cc *callCommand) answeredBy() string {
	if cc.Yes {
		return "flag --yes"
	}
	return "terminal"
}

// tool returns the tool to call.
func (cc *callCommand) tool(list []mcp.Tool) (mcp.Tool, error) {
	var names []string
	for _, t := range list {
		if t.Name == cc.Tool {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return mcp.Tool{}, usage("there is no tool %q here; there are %s (--read-only and --tools hide some)",
		cc.Tool, strings.Join(names, ", "))
}

// call runs a tool through an MCP client in this process. handler, where not nil,
// answers questions.
func (p *program) call(
	ctx context.Context, tool string, arguments map[string]any, handler client.ElicitationHandler,
) (*mcp.CallToolResult, error) {
	var options []client.ClientOption
	if handler != nil {
		options = append(options, client.WithElicitationHandler(handler))
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
	// In this revision the server itself waits for the answer to a question, and no
	// longer than --confirm-timeout.
	hello.Params.ProtocolVersion = mcp.LATEST_LEGACY_PROTOCOL_VERSION
	hello.Params.ClientInfo = mcp.Implementation{Name: "awork-mcp call", Version: version()}
	if _, err := cl.Initialize(ctx, hello); err != nil {
		return nil, err
	}
	var req mcp.CallToolRequest
	req.Params.Name, req.Params.Arguments = tool, arguments
	return cl.CallTool(ctx, req)
}
