package httpfront

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
)

const maxBody = 1 << 20

var errTooLarge = &http.MaxBytesError{Limit: maxBody}

// isJSON keeps forms and plain text out: browsers post those across origins
// without asking first.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// readBody reads the whole body, at most maxBody of it; one that announces more
// is not read at all. Its time began with the exchange; net/http lifts that
// deadline when the body has been read.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
}

// refuseBody answers for a body that readBody could not read. The rest of it is
// not waited for, so the connection ends.
func refuseBody(w http.ResponseWriter, err error) {
	w.Header().Set("Connection", "close")
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		http.Error(w, "the body is above 1 MiB", http.StatusRequestEntityTooLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		http.Error(w, "the body took too long", http.StatusRequestTimeout)
	default:
		http.Error(w, "the body could not be read", http.StatusBadRequest)
	}
}
