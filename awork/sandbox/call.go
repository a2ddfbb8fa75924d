package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// timeResolution is what awork's timestamps hold.
const timeResolution = 100 * time.Nanosecond

// call is one request on its way through the sandbox: what came, who sent it
// once that is known, and whether a write of it took effect.
type call struct {
	r         *http.Request
	path      string     // without BasePath
	query     url.Values // by names in lower case
	body      []byte
	tooLarge  bool // the body is
	at        time.Time
	trace     string
	workspace *workspace
	caller    caller
	id        string // the variable segment of the path
	effect    bool
}

// maxBody is far above any body that this part of the API takes.
const maxBody = 1 << 20

// newCall reads the body before anything else happens, for a server notices
// that a client has gone only when there is nothing left to read.
func newCall(w http.ResponseWriter, r *http.Request, now time.Time, ws *workspace) (*call, error) {
	c := &call{
		r: r, path: strings.TrimPrefix(r.URL.Path, BasePath), query: query(r.URL),
		at: now.UTC().Truncate(timeResolution), workspace: ws,
		trace: fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()),
	}
	if r.Body == nil || r.Body == http.NoBody {
		return c, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		c.tooLarge = true
		return c, nil
	}
	c.body = body
	return c, err
}

// query reads the query of a URL, whose names awork takes in any case of letters.
func query(u *url.URL) url.Values {
	lower := url.Values{}
	for name, values := range u.Query() {
		lower[strings.ToLower(name)] = values
	}
	return lower
}

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

// value is what an optional field of a form holds.
func value(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// parseGUID reads a GUID as .NET would (canonical, in braces, or 32 digits; any
// case) and returns it in canonical form.
func parseGUID(text string) (string, bool) {
	if uuid.Validate(text) != nil || strings.HasPrefix(strings.ToLower(text), "urn:") {
		return "", false
	}
	id, err := uuid.Parse(text)
	return id.String(), err == nil
}
