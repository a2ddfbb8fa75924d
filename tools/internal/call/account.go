package call

import (
	"context"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
)

// Caller is who makes calls, as the transport has authenticated it, and what it
// may do.
type Caller struct {
	Name        string
	Read, Write bool
}

type callerKey struct{}

// WithCaller says who makes the calls under ctx. Tools that the caller may not
// use do not exist for it, and a question asked of one caller can't be answered
// by another. Without a caller, everything that the policy allows may be done.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns who makes the calls under ctx.
func CallerFrom(ctx context.Context) Caller {
	if c, ok := ctx.Value(callerKey{}).(Caller); ok {
		return c
	}
	return Caller{Read: true, Write: true}
}

// May reports whether the caller may use a tool that reads or writes.
func (c Caller) May(writes bool) bool {
	if writes {
		return c.Write
	}
	return c.Read
}

// Account is a workspace as one awork token sees it: a client, and what was
// looked up with it.
type Account struct {
	client    *awork.Client
	directory *directory.Directory
}

// NewAccount makes an account of a client.
func NewAccount(client *awork.Client) *Account {
	return &Account{client: client, directory: directory.New(client)}
}

// Directory looks up what ids stand for in the account's workspace.
func (a *Account) Directory() *directory.Directory { return a.directory }

type accountKey struct{}

// WithAccount has the calls under ctx go to an account of their own instead of
// the server's.
func WithAccount(ctx context.Context, a *Account) context.Context {
	return context.WithValue(ctx, accountKey{}, a)
}

// AccountFrom returns the account that the calls under ctx go to, or other where
// they bring none.
func AccountFrom(ctx context.Context, other *Account) *Account {
	if a, ok := ctx.Value(accountKey{}).(*Account); ok {
		return a
	}
	return other
}
