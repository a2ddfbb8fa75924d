package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// RoundTripper serves the sandbox in process, without a socket: an http.Client
// with it as Transport may use any host with [BasePath]. A cut connection is an
// error that wraps [io.ErrUnexpectedEOF]; a request that is cancelled before
// its answer fails with the context's cause. It is safe for concurrent use.
func (s *Sandbox) RoundTripper() http.RoundTripper { return transport{s} }

type transport struct{ sandbox *Sandbox }

// RoundTrip runs the handler to its end before it returns.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() //nolint:errcheck // a reader's close has nothing to say
	}
	ctx := req.Context()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	in := req.Clone(ctx)
	in.RequestURI, in.RemoteAddr = req.URL.RequestURI(), "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &recorder{header: http.Header{}}
	if !t.serve(w, in) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("the sandbox cut the connection: %w", io.ErrUnexpectedEOF)
	}
	return w.response(req), nil
}

// serve reports whether the handler answered: an aborted one did not.
func (t transport) serve(w http.ResponseWriter, r *http.Request) (answered bool) {
	defer func() {
		p := recover()
		if p != nil && p != http.ErrAbortHandler { //nolint:errorlint // a panic value, as net/http compares it
			panic(p)
		}
	}()
	t.sandbox.ServeHTTP(w, r)
	return true
}

// recorder is the http.ResponseWriter of one request in process.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is part of http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader is part of http.ResponseWriter.
func (w *recorder) WriteHeader(status int) { w.status = status }

// Write is part of http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }

// response is what came, with a body that breaks off where less was sent than
// was declared, as it does over a socket.
func (w *recorder) response(req *http.Request) *http.Response {
	length := int64(w.body.Len())
	body := io.Reader(&w.body)
	if declared, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && declared > length {
		length, body = declared, io.MultiReader(body, brokenOff{})
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: length, Request: req,
	}
}

// brokenOff is the end of a body whose connection was cut.
type brokenOff struct{}

// Read is part of io.Reader.
func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
