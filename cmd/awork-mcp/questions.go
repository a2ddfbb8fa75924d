package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// prompter asks a tool's question on the terminal.
type prompter struct{ console *console }

// Elicit implements the client's elicitation handler.
func (p prompter) Elicit(ctx context.Context, req mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	_, _ = fmt.Fprintf(p.console.stderr, "\n%s\n", req.Params.Message)
	in := bufio.NewReader(p.console.stdin)
	content := map[string]any{"confirm": true}
	if title, ok := countTitle(req); ok {
		count, err := p.ask(ctx, in, title+": ")
		if err != nil {
			return nil, err
		}
		content["count"] = count
	}
	agreed, err := p.ask(ctx, in, "Do it? [y/N] ")
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(agreed)) {
		return answer(mcp.ElicitationResponseActionDecline, nil), nil
	}
	return answer(mcp.ElicitationResponseActionAccept, content), nil
}

// ask reads a line. When the call ends first it returns the call's error, and
// nothing may read from in again: a read can't be stopped, only left behind.
func (p prompter) ask(ctx context.Context, in *bufio.Reader, question string) (string, error) {
	_, _ = fmt.Fprint(p.console.stderr, question)
	typed := make(chan string, 1)
	go func() {
		line, _ := in.ReadString('\n')
		typed <- strings.TrimSpace(line)
	}()
	select {
	case line := <-typed:
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func answer(action mcp.ElicitationResponseAction, content map[string]any) *mcp.ElicitationResult {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action, Content: content}}
}

// countTitle returns the title of the field for a number, where the form has one.
func countTitle(req mcp.ElicitationRequest) (string, bool) {
	schema, _ := req.Params.RequestedSchema.(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	count, ok := properties["count"].(map[string]any)
	title, _ := count["title"].(string)
	return title, ok
}
