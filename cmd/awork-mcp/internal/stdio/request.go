package stdio

import (
	"context"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/outbox"
)

const (
	live int32 = iota
	cancelled
	finished
)

// A request is one request in flight, and the session as its handler sees it. It
// has a notification channel of its own, so that all notifications are written
// before the answer and none after it or after a cancel. What a request of
// 2026-07-28 says of its client holds for that request alone.
type request struct {
	*session
	own     clientStore
	message jsonrpc.Message
	ctx     context.Context
	cancel  context.CancelFunc
	state   atomic.Int32
	notes   outbox.Outbox
}

// NotificationChannel returns the request's own channel.
func (r *request) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return r.notes.Channel(func(n mcp.JSONRPCNotification) { _ = r.w.send(n, r.live) })
}

func (r *request) SetClientInfo(info mcp.Implementation)          { r.own.SetClientInfo(info) }
func (r *request) SetClientCapabilities(c mcp.ClientCapabilities) { r.own.SetClientCapabilities(c) }

// GetClientInfo returns what the request says, else what the session knows.
func (r *request) GetClientInfo() mcp.Implementation {
	return load(&r.own.info, r.session.GetClientInfo())
}

// GetClientCapabilities returns what the request says, else what the session knows.
func (r *request) GetClientCapabilities() mcp.ClientCapabilities {
	return load(&r.own.caps, r.session.GetClientCapabilities())
}

func (r *request) live() bool { return r.state.Load() == live }

// finish reports whether the request may be answered, which it may once.
func (r *request) finish() bool { return r.state.CompareAndSwap(live, finished) }
