package httpfront

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
)

const (
	maxBody = 1 << 20
	// smallBody is what a message needs. What larger bodies have beyond it is
	// bounded for all of them together, and for those of one caller, while they
	// are read and answered: who announces much and sends it slowly keeps nobody
	// else waiting.
	smallBody        = 16 << 10
	largeBodies      = 4 << 20
	largeBodiesOfOne = 1 << 20
)

var (
	errTooLarge = &http.MaxBytesError{Limit: maxBody}
	errCrowded  = errors.New("too many large requests are in flight")
)

// body is what a request says. Whoever is given it releases it in the end.
type body struct {
	data    []byte
	release func()
}

// isJSON keeps forms and plain text out: browsers post those across origins
// without asking first.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// readBody reads the whole body, at most maxBody of it; one that announces more
// is not read at all. Its time began with the exchange; net/http lifts that
// deadline when the body has been read. Large bodies wait for room as long.
func (f *Front) readBody(w http.ResponseWriter, r *http.Request) (body, error) {
	b := body{release: func() {}}
	if r.ContentLength > maxBody {
		return b, errTooLarge
	}
	reader := http.MaxBytesReader(w, r.Body, maxBody)
	var err error
	b.data, err = io.ReadAll(io.LimitReader(reader, smallBody))
	if err != nil {
		return b, err
	}
	if len(b.data) < smallBody || r.ContentLength == smallBody {
		w.Header().Del("Connection")
		return b, nil
	}
	rest := int64(maxBody - smallBody)
	if r.ContentLength > 0 {
		rest = r.ContentLength - smallBody
	}
	ctx, cancel := context.WithTimeout(r.Context(), f.bodyTimeout)
	defer cancel()
	give, err := f.bodies.take(ctx, ownerOf(ctx).caller, rest)
	if err != nil {
		return b, errCrowded
	}
	more, err := io.ReadAll(reader)
	if err != nil {
		give(rest)
		return b, err
	}
	w.Header().Del("Connection")
	b.data = append(b.data, more...)
	// One that announced nothing took as much as there may be.
	kept := max(1, int64(len(more)))
	give(rest - kept)
	b.release = func() { give(kept) }
	return b, nil
}

// refuseBody answers for a body that readBody could not read. The rest of it is
// not waited for, so the connection ends.
func refuseBody(w http.ResponseWriter, err error) {
	w.Header().Set("Connection", "close")
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errCrowded):
		retryAfter(w, http.StatusServiceUnavailable, err.Error())
	case errors.As(err, &tooLarge):
		http.Error(w, "the body is above 1 MiB", http.StatusRequestEntityTooLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		http.Error(w, "the body took too long", http.StatusRequestTimeout)
	default:
		http.Error(w, "the body could not be read", http.StatusBadRequest)
	}
}
