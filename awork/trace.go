package awork

import (
	"context"
	"sync/atomic"
)

type traceKey struct{}

// RecordTrace returns a context under which requests leave the Trace-Id that
// awork answered, and a function that gives the last one: awork's support asks
// for it, see https://developers.awork.com/support.
func RecordTrace(ctx context.Context) (context.Context, func() string) {
	last := new(atomic.Pointer[string])
	return context.WithValue(ctx, traceKey{}, last), func() string {
		if id := last.Load(); id != nil {
			return *id
		}
		return ""
	}
}

func recordTrace(ctx context.Context, id string) {
	if last, ok := ctx.Value(traceKey{}).(*atomic.Pointer[string]); ok && id != "" {
		last.Store(&id)
	}
}

type traceparentKey struct{}

// WithTraceparent has the requests under ctx carry a W3C traceparent header, so
// that a trace goes on in awork. See https://www.w3.org/TR/trace-context/.
func WithTraceparent(ctx context.Context, traceparent string) context.Context {
	return context.WithValue(ctx, traceparentKey{}, traceparent)
}

// Traceparent is what WithTraceparent set; empty where nothing did.
func Traceparent(ctx context.Context) string {
	v, _ := ctx.Value(traceparentKey{}).(string)
	return v
}
