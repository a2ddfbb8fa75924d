package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/httpserver"
	"github.com/awork-mcp/awork-mcp/tools"
)

// tokenHeader brings the awork token of a call with --credentials caller.
const tokenHeader = "X-Awork-Token"

// requests prepares HTTP requests for the tools.
type requests struct {
	authenticated bool          // whether callers are
	client        *awork.Client // nil where each request brings an awork token of its own
	api           awork.Config
	accounts      *accounts // of those tokens
	// bind leaves those tokens that are of the workspace that the server works in.
	bind func(tokens awork.TokenSource, api awork.Config) awork.TokenSource
}

// ready asks awork whether calls can succeed.
func (q *requests) ready(ctx context.Context) error {
	_, err := q.client.Me(ctx)
	return err
}

// prepare tells the tools who makes a request, and has its calls go to the account
// of the awork token that it brings, to which what it opens is bound. A request
// without one may list, and a call of it fails with what is missing.
func (q *requests) prepare(
	ctx context.Context, caller callerauth.Caller, r *http.Request,
) (context.Context, string, error) {
	if q.authenticated {
		ctx = tools.WithCaller(ctx, caller)
	}
	values := r.Header.Values(tokenHeader)
	if q.accounts == nil || len(values) == 0 {
		return ctx, "", nil
	}
	if len(values) > 1 {
		return nil, "", refuseToken(errors.New("it came more than once"))
	}
	token := strings.TrimSpace(values[0])
	account, err := q.accounts.get(caller.Name, token)
	if err != nil {
		return nil, "", refuseToken(err)
	}
	sum := sha256.Sum256([]byte(token))
	return tools.WithAccount(ctx, account), hex.EncodeToString(sum[:]), nil
}

// refuseToken refuses a request for the awork token that it brings.
func refuseToken(err error) error {
	return &httpserver.RefusalError{
		Status: http.StatusBadRequest, Message: fmt.Sprintf("%s must be one awork token: %v", tokenHeader, err),
	}
}

func (q *requests) openAccount(t awork.Token) (*tools.Account, error) {
	own := q.api
	own.Tokens = q.bind(awork.StaticToken(t), q.api)
	client, err := awork.New(own)
	if err != nil {
		return nil, err
	}
	return tools.NewAccount(client), nil
}
