package httpfront

import (
	"context"
	"net/http"
	"strings"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// traced puts the traceparent of a message into its context. The one in the
// message is the client's own; the header's may be a proxy's.
func (f *Front) traced(r *http.Request, m jsonrpc.Message) context.Context {
	ctx := r.Context()
	if f.o.WithTraceparent == nil {
		return ctx
	}
	if meta := m.Params.Meta; meta != nil {
		if parent, _ := meta.AdditionalFields["traceparent"].(string); isTraceparent(parent) {
			return f.o.WithTraceparent(ctx, parent)
		}
	}
	if sent := r.Header.Values("Traceparent"); len(sent) == 1 && isTraceparent(sent[0]) {
		return f.o.WithTraceparent(ctx, sent[0])
	}
	return ctx
}

// isTraceparent: https://www.w3.org/TR/trace-context/#traceparent-header-field-values
// A version of the future may have more at its end.
func isTraceparent(s string) bool {
	if len(s) < 55 || len(s) > 256 || len(s) > 55 && (s[:2] == "00" || s[55] != '-') {
		return false
	}
	for _, c := range []byte(s[55:]) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	version, trace, span, flags := s[:2], s[3:35], s[36:52], s[53:55]
	return s[2] == '-' && s[35] == '-' && s[52] == '-' &&
		isHex(version) && version != "ff" && isHex(flags) &&
		isHex(trace) && strings.Trim(trace, "0") != "" &&
		isHex(span) && strings.Trim(span, "0") != ""
}

func isHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
