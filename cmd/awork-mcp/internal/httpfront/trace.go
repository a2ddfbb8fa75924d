package httpfront

import (
	"context"
	"net/http"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// traced puts the traceparent of a message into its context. The one in the
// message is the client's own; the header's may be a proxy's.
func (f *Front) traced(r *http.Request, m jsonrpc.Message) context.Context {
	ctx := r.Context()
	if f.o.WithTraceparent == nil {
		return ctx
	}
	if parent := m.Traceparent(); parent != "" {
		return f.o.WithTraceparent(ctx, parent)
	}
	if sent := r.Header.Values("Traceparent"); len(sent) == 1 && jsonrpc.IsTraceparent(sent[0]) {
		return f.o.WithTraceparent(ctx, sent[0])
	}
	return ctx
}
