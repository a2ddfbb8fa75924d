package awork

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"io"
	"iter"
	"net/url"
	"slices"
	"strings"
)

// accessTable is who may call what: a line "method TAB path TAB access" for each
// operation of awork's OpenAPI document (https://api.awork.com/openapi/v1), taken
// from its x-access, with those of version 2 below /v2. It is read so rarely that
// it stays compressed.
//
//go:embed access.tsv.gz
var accessTable string

// Operation is one operation of awork's API, and who may call it.
type Operation struct {
	Method string
	// Path is as awork documents it, such as "/projects/{projectId}"; with "/v2" in
	// front for version 2.
	Path string
	// Access are alternatives: AccessAny and the like, or a feature with a level,
	// such as "company-master-data:read". It is empty where awork names none.
	Access []string
}

// Who may call an operation, besides those who have access to a feature.
const (
	AccessAnonymous = "anonymous" // everybody, without a token
	AccessAny       = "any"       // every user; what comes back is cut to what it may see
	AccessOwner     = "owner"     // the user itself
	AccessAdmin     = "admin"
	AccessInternal  = "internal" // only awork's own app
)

// Operations yields all operations that awork documents.
func Operations() iter.Seq[Operation] { return yieldOperations }

func yieldOperations(yield func(Operation) bool) {
	lines, err := accessLines()
	for line := range strings.Lines(lines) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if err != nil || len(fields) != 3 {
			panic("awork: the embedded table of operations is broken")
		}
		if !yield(Operation{Method: fields[0], Path: fields[1], Access: strings.Fields(fields[2])}) {
			return
		}
	}
}

func accessLines() (string, error) {
	r, err := gzip.NewReader(strings.NewReader(accessTable))
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	_, err = io.Copy(&b, r)
	return b.String(), err
}

// FindOperation returns the operation that a request such as "GET /projects" calls,
// or "DELETE https://api.awork.com/api/v1/apiusers/…"; found is false where awork
// documents none. The error says what is wrong with what is no request.
func FindOperation(request string) (op Operation, found bool, err error) {
	method, path, err := parseRequest(request)
	if err != nil {
		return Operation{}, false, err
	}
	segments := strings.Split(path, "/")
	for candidate := range Operations() {
		if candidate.Method != method || !fits(candidate.Path, segments) {
			continue
		}
		if !found || moreLiteral(candidate.Path, op.Path) {
			op, found = candidate, true
		}
	}
	return op, found, nil
}

func parseRequest(s string) (method, path string, err error) {
	errForm := errors.New("a request is a method and a path, such as GET /projects")
	fields := strings.Fields(s)
	if len(fields) != 2 {
		return "", "", errForm
	}
	method = strings.ToUpper(fields[0])
	if !slices.Contains([]string{"GET", "POST", "PUT", "DELETE", "PATCH"}, method) {
		return "", "", errForm
	}
	u, err := url.Parse(fields[1])
	if err != nil || u.Host == "" && u.Scheme != "" {
		return "", "", errForm
	}
	path = "/" + strings.Trim(u.Path, "/")
	for _, prefix := range []string{"/api/v1", "/api", "/v1"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok && strings.HasPrefix(rest, "/") {
			path = rest
			break
		}
	}
	return method, path, nil
}

// fits reports whether a documented path fits the segments of a request's. awork
// takes them in any case.
func fits(path string, segments []string) bool {
	documented := strings.Split(path, "/")
	if len(documented) != len(segments) {
		return false
	}
	for i, d := range documented {
		if isParameter(d) {
			if segments[i] == "" {
				return false
			}
		} else if !strings.EqualFold(d, segments[i]) {
			return false
		}
	}
	return true
}

// moreLiteral reports whether a, where it first differs from b, has a literal
// segment and not a parameter. Both fit one request.
func moreLiteral(a, b string) bool {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range as {
		if isParameter(as[i]) != isParameter(bs[i]) {
			return isParameter(bs[i])
		}
	}
	return false
}

func isParameter(segment string) bool { return strings.HasPrefix(segment, "{") }
