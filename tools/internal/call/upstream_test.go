package call

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// TestValidationErrors: what awork says of the properties of a request stands in
// the message, at most three of them, and in the detail; control characters in
// neither.
func TestValidationErrors(t *testing.T) {
	t.Parallel()
	refused := awork.Error{Kind: awork.KindInvalid, Method: "POST", Path: "/apiusers", Status: 400,
		Code: "validation-failed", Description: "One or more fields are wrong."}
	for i := range text.MaxList + 1 {
		refused.ValidationErrors = append(refused.ValidationErrors, awork.ValidationError{
			Property: fmt.Sprintf("p%d\x1b[31m", i), Message: fmt.Sprintf("m%d\n", i)})
		message, detail := DescribeAnswer(&refused), Detail(&refused)
		if n := strings.Count(message, `; "p`); n != min(i+1, 3) || !strings.Contains(message, "p0") {
			t.Errorf("%d errors: %s", i+1, message)
		}
		if n := len(detail.ValidationErrors); n != min(i+1, text.MaxList) || detail.ValidationErrors[n-1].Message == "" ||
			!strings.HasPrefix(detail.ValidationErrors[n-1].Property, fmt.Sprintf("p%d", n-1)) {
			t.Errorf("%d errors: %+v", i+1, detail.ValidationErrors)
		}
		if all := fmt.Sprint(message, detail.ValidationErrors); strings.ContainsAny(all, "\x1b\n") {
			t.Errorf("%d errors: %q", i+1, all)
		}
	}
}

// TestDescribeAnswer: one sentence says how awork answered, with its reason and its own
// words where there are any.
func TestDescribeAnswer(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]awork.Error{
		"Nothing was sent to awork.":                  {},
		"Nothing was sent to awork: it is over.":      {Reason: "it is over"},
		"GET /me got no answer.":                      {Method: "GET", Path: "/me"},
		"awork answered 500 to GET /me.":              {Method: "GET", Path: "/me", Status: 500},
		`awork answered 400 to GET /me: "Bad input".`: {Method: "GET", Path: "/me", Status: 400, Description: "Bad input. "},
	} {
		if got := DescribeAnswer(&e); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestDetail: a result shows awork's answer as it came, without control characters;
// where none came, nothing.
func TestDetail(t *testing.T) {
	t.Parallel()
	got := Detail(&awork.Error{Status: 400, Code: "c\x1b", Description: "d\x1b", Details: []string{"e\x1b"},
		TraceID: "t\x1b", EdgeRef: "r\x1b"})
	want := &result.ErrorDetail{Status: 400, Code: "c", Description: "d", Details: []string{"e"}, TraceID: "t",
		EdgeRef: "r"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if none := Detail(&awork.Error{Method: "GET", Path: "/me"}); none != nil {
		t.Errorf("%+v", none)
	}
}

// TestTokenOwner: a missing permission names who lacks it, as far as that is known.
func TestTokenOwner(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	for want, me := range map[string]*awork.Identity{
		"the token's owner":                               nil,
		"the token's owner, " + id.String() + ",":         {ID: id},
		`the token's owner, "Ada" (` + id.String() + `),`: {ID: id, FirstName: "Ada"},
	} {
		if got := tokenOwner(me); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
