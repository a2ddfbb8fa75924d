package tools

import (
	"context"
	"sync"

	"github.com/awork-mcp/awork-mcp/awork"
)

// openQuestions counts the questions that wait for an answer, by session.
type openQuestions struct {
	mu sync.Mutex
	by map[string]int
}

func (o *openQuestions) enter(session string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.by[session] >= maxOpen {
		return false
	}
	o.by[session]++
	return true
}

func (o *openQuestions) leave(session string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.by[session]--; o.by[session] == 0 {
		delete(o.by, session)
	}
}

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

func callerFrom(ctx context.Context) Caller {
	if c, ok := ctx.Value(callerKey{}).(Caller); ok {
		return c
	}
	return Caller{Read: true, Write: true}
}

// may reports whether the caller may use a tool.
func (c Caller) may(t *tool) bool {
	if t.writes {
		return c.Write
	}
	return c.Read
}

// Account is a workspace as one awork token sees it: a client, and the names
// that were looked up with it.
type Account struct {
	client    *awork.Client
	directory *directory
}

// NewAccount makes an account of a client.
func NewAccount(client *awork.Client) *Account {
	return &Account{client: client, directory: newDirectory(client)}
}

type accountKey struct{}

// WithAccount has the calls under ctx go to an account of their own instead of
// that of [Options].
func WithAccount(ctx context.Context, a *Account) context.Context {
	return context.WithValue(ctx, accountKey{}, a)
}

func (t *Tools) accountFor(ctx context.Context) *Account {
	if a, ok := ctx.Value(accountKey{}).(*Account); ok {
		return a
	}
	return t.account
}
