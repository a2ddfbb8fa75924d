package confirm

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Binding is what a question is about. An answer to it is good for nothing else.
type Binding struct {
	Caller    string
	Workspace string
	Tool      string
	// Decided is what the call's arguments came to, so that an answer is good for a
	// call that comes to the same, however it is written.
	Decided []any
	Subject
}

// Subject is the part of a binding that is awork's and may have changed when an
// answer comes.
type Subject struct {
	// Records are the API users concerned; for a create, all there are.
	Records []awork.APIUser
	// Roles are those that the question describes, ordered by id.
	Roles []directory.Role
	// Client is the client application concerned.
	Client awork.ClientApplication
}

// parts are the digests of a binding, of which each tells what differs.
type parts struct{ caller, workspace, call, records, role, client [sha256.Size]byte }

func (b Binding) parts() parts {
	// awork documents no order of its lists.
	records := slices.SortedFunc(
		slices.Values(b.Records),
		func(x, y awork.APIUser) int { return text.CompareUUIDs(x.ID, y.ID) },
	)
	var roles []any
	for _, r := range b.Roles {
		roles = append(roles, r.ID, r.Admin, r.Permissions)
	}
	return parts{
		digest(b.Caller),
		digest(b.Workspace),
		digest([]any{b.Tool, b.Decided}),
		digest(records),
		digest(roles),
		digest(b.Client),
	}
}

func digest(v any) [sha256.Size]byte { return sha256.Sum256(result.JSON(v)) }

// sum is all parts as one.
func (p parts) sum() []byte {
	sum := sha256.New()
	for _, part := range [][sha256.Size]byte{p.caller, p.workspace, p.call, p.records, p.role, p.client} {
		sum.Write(part[:])
	}
	return sum.Sum(nil)
}

// Differences says what of a binding is no longer as it was, in words that
// complete a sentence. names has the roles.
func (b Binding) Differences(now Binding, names directory.Names) string {
	current := directory.ByID(now.Records)
	var changed []string
	for _, was := range b.Records {
		if is, ok := current[was.ID]; !ok {
			changed = append(changed, fmt.Sprintf("API user %s is gone", text.Quote(was.Name)))
		} else if is != was {
			changed = append(
				changed,
				fmt.Sprintf("API user %s has changed since: %s", text.Quote(was.Name), names.Differences(was, is)),
			)
		}
	}
	if len(now.Records) > len(b.Records) {
		changed = append(changed, "there are API users that there were not")
	}
	was, is := b.parts(), now.parts()
	if was.client != is.client {
		changed = append(changed, "the client application is another, or has changed")
	}
	if was.role != is.role {
		changed = append(changed, "what the role may do has changed")
	}
	if len(changed) == 0 {
		return "it was given for another call"
	}
	return strings.Join(changed[:min(3, len(changed))], "; ")
}
