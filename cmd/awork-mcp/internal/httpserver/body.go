package httpserver

import (
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

const (
	maxBody = 1 << 20
	// smallBody is what most messages need. Larger bodies, and those of unknown
	// length, share a limit while they are read and answered: who announces much
	// and sends it slowly keeps nobody else waiting.
	smallBody = 16 << 10
)

var (
	errTooLarge   = &http.MaxBytesError{Limit: maxBody}
	errManyBodies = errors.New("too many large requests are in flight")
)

type bodies struct {
	large *limits.Limiter // in bytes
}

// body is what a request says. Whoever is given it releases it in the end.
type body struct {
	data   []byte
	of     *bodies
	caller string
	large  int64 // what it has of the limit
}

func (b body) release() {
	if b.large > 0 {
		b.of.large.Release(b.caller, b.large)
	}
}

// read reads the body of r, at most maxBody of it; one that announces more is
// not read at all. The time for it began with the request; net/http lifts that
// deadline when the body has been read.
func (l *bodies) read(w http.ResponseWriter, r *http.Request) (body, error) {
	b := body{of: l, caller: ownerOf(r.Context()).caller}
	if r.ContentLength > maxBody {
		return b, errTooLarge
	}
	size := r.ContentLength
	if size < 0 {
		size = maxBody
	}
	if size > smallBody {
		if l.large.Acquire(r.Context(), b.caller, size) != nil {
			return b, errManyBodies
		}
		b.large = size
		limits.ConnOf(r.Context()).Identify()
	}
	var err error
	if b.data, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		b.release()
		return b, err
	}
	if r.ContentLength < 0 { // it has as much as there may be
		if b.large = int64(len(b.data)); b.large <= smallBody {
			b.large = 0
		}
		l.large.Release(b.caller, size-b.large)
	}
	if t, ok := w.(*timeoutWriter); ok {
		t.readBody()
	}
	return b, nil
}

// refuseBody answers for a body that could not be read. The rest of it is not
// waited for, so the connection ends.
func refuseBody(w http.ResponseWriter, err error) {
	w.Header().Set("Connection", "close")
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errManyBodies):
		retryAfter(w, http.StatusServiceUnavailable, err.Error())
	case errors.As(err, &tooLarge):
		http.Error(w, "the body is above 1 MiB", http.StatusRequestEntityTooLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		http.Error(w, "the body took too long", http.StatusRequestTimeout)
	default:
		http.Error(w, "the body could not be read", http.StatusBadRequest)
	}
}
