package httpserver

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

// transportBase is what both transports have in common.
type transportBase struct {
	mcp             *server.MCPServer
	calls           *calls
	streams         *limits.Limiter
	mask            mask
	withTraceparent func(context.Context, string) context.Context
	log             *slog.Logger
}

// openStream acquires a stream for a caller, or answers. The caller's stream is
// to be released.
func (t *transportBase) openStream(w http.ResponseWriter, r *http.Request, caller string) bool {
	if t.calls.isClosing() {
		refuse(w, errClosing)
		return false
	}
	if t.streams.Acquire(r.Context(), caller, 1) != nil {
		retryAfter(w, http.StatusTooManyRequests, "too many streams are open")
		return false
	}
	return true
}

// traced puts the traceparent of a message into its context. The one in the
// message is the client's own; the header's may be a proxy's.
func (t *transportBase) traced(r *http.Request, m jsonrpc.Message) context.Context {
	ctx := r.Context()
	if t.withTraceparent == nil {
		return ctx
	}
	if parent := m.Traceparent(); parent != "" {
		return t.withTraceparent(ctx, parent)
	}
	if sent := r.Header.Values("Traceparent"); len(sent) == 1 && jsonrpc.IsTraceparent(sent[0]) {
		return t.withTraceparent(ctx, sent[0])
	}
	return ctx
}
