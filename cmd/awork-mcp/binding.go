package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
	"github.com/awork-mcp/awork-mcp/tools"
)

// bind returns a source of those of the tokens that are of the workspace; all of
// them where none is named.
func (s *settings) bind(tokens awork.TokenSource, api awork.Config) awork.TokenSource {
	if s.Workspace == "" {
		return tokens
	}
	return credentials.Bind(tokens, signin.Selector(s.Workspace), api, blockWorkspace)
}

// blockWorkspace describes a token of another workspace for an agent.
func blockWorkspace(err error) error {
	var e *signin.WorkspaceError
	if !errors.As(err, &e) {
		return err
	}
	return tools.Blocked(fmt.Sprintf("This server works in the workspace %s alone (--workspace), and its awork token is "+
		"of %q. Its operator has to give it a token of that workspace.", e.Named, e.Token.Name))
}

// verifyWorkspace refuses a token of another workspace. What can't be found out now
// is found out before anything is sent.
func (p *program) verifyWorkspace(ctx context.Context, tokens awork.TokenSource) error {
	bound, ok := tokens.(*credentials.Bound)
	if !ok {
		return nil
	}
	err := bound.Verify(ctx)
	if errors.As(err, new(*signin.WorkspaceError)) {
		return usage("%v: give a token of that workspace, or sign in to it with awork-mcp login", err)
	}
	if err != nil {
		p.log.Warn("whether the awork token is of the workspace can't be found out now, and is before each call",
			"error", err)
	}
	return nil
}
