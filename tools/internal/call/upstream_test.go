package call

import (
	"fmt"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork"
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
