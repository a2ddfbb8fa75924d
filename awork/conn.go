package awork

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// conn follows whether a request was given a connection.
type conn struct {
	// told: the transport is net/http's, which tells of every connection.
	told       bool
	asked, got atomic.Bool
}

func (s *conn) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { s.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { s.got.Store(true) },
	})
}

// carried reports whether the request, which failed with err, may have reached
// awork: it surely has not where it was given no connection. A transport that
// is none of net/http's need not tell, but for its error.
func (s *conn) carried(err error) bool {
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case s.told, s.asked.Load():
		return s.got.Load()
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"),
		errors.As(err, &cert), errors.As(err, &record):
		return false
	}
	return true
}
