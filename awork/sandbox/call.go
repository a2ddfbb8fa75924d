package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"strings"
	"time"
)

// call is one request on its way through the sandbox. It stands in for the
// http.ResponseWriter before the multiplexer, so that an endpoint returns its
// answer instead of sending it and a fault can still change or drop it.
type call struct {
	s        *Sandbox
	r        *http.Request
	seq      uint64
	at       time.Time
	path     string // without BasePath
	trace    string
	body     []byte
	tooLarge bool
	caller   caller
	id       string // the {id} of the path, a canonical GUID
	out      reply
	effect   bool // a write took effect
}

func newCall(s *Sandbox, r *http.Request) *call {
	return &call{
		s: s, r: r,
		at:    s.now().UTC().Truncate(100 * time.Nanosecond), // what awork's timestamps hold
		path:  strings.TrimPrefix(r.URL.Path, BasePath),
		trace: fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()),
	}
}

// maxBody is far above any body that this part of the API takes.
const maxBody = 1 << 20

// readBody reads the body before anything else happens, for a server notices
// that a client has gone only when there is nothing left to read.
func (c *call) readBody(w http.ResponseWriter) {
	if c.r.Body == nil || c.r.Body == http.NoBody {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, c.r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	c.tooLarge = errors.As(err, &tooLarge)
	if err != nil && !c.tooLarge {
		panic(http.ErrAbortHandler)
	}
	c.body = body
}

// Header drops the headers that the multiplexer sets itself.
func (c *call) Header() http.Header { return http.Header{} }

// Write drops what the multiplexer says itself.
func (c *call) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader drops the multiplexer's status.
func (c *call) WriteHeader(int) {}

// decode reads the body into form, or returns awork's refusal of it. awork says
// invalid-model for a body that can't be read and validation-failed, with the
// JSON path as property, for a value of the wrong type
// (https://developers.awork.com/error-handling).
func (c *call) decode(form any) *reply {
	if c.tooLarge {
		return refuse(apiError{
			status: http.StatusBadRequest, code: "request-body-too-large",
			description: "The body of the request is too large.",
		})
	}
	if t, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); t != "application/json" {
		return refuse(invalidModel("The Content-Type must be application/json."))
	}
	err := json.Unmarshal(c.body, form)
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return refuse(invalid("$."+wrongType.Field, "The JSON value could not be converted."))
	case err != nil:
		return refuse(invalidModel("The body is empty or no JSON object."))
	}
	return nil
}
