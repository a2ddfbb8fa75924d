package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// permissionsPage is where awork explains permissions.
const permissionsPage = "https://developers.awork.com/permissions"

// requestInput names an API user and what it might do; both or neither.
type requestInput struct {
	id      uuid.UUID
	request string
}

func (in *requestInput) fields() []args.Field {
	return []args.Field{
		args.APIUserID("API user that would make request", &in.id),
		args.String("request", "such as GET /projects", &in.request),
	}
}

func (in *requestInput) target() uuid.UUID { return in.id }

// requestResult is whether an API user may make a request.
type requestResult struct {
	result.Result
	Answer verdict `json:"answer"`
	// Operation is the request as awork documents it; left out where it does not.
	Operation string `json:"operation,omitempty"`
	// Requirement is what awork asks for.
	Requirement string `json:"requirement,omitempty"`
	RoleName    string `json:"roleName"`
	// Level is what the role has of the features in the requirement.
	Level string `json:"level"`
	Page  string `json:"page"`
}

// checkRequest says whether an API user may make a request, by what awork
// documents and what its role may do. Nothing is tried out.
func checkRequest(ctx context.Context, c *call.Call, in requestInput) (result.Reply, error) {
	switch {
	case in.id == uuid.Nil:
		return nil, result.Refuse(result.InvalidInput, "apiUserId is missing: whether a request is allowed depends on "+
			"who makes it. Give both, or leave request out for the token of this server.")
	case in.request == "":
		return nil, result.Refuse(result.InvalidInput, "request is missing: give what the API user would do, such as "+
			"GET /projects, or leave apiUserId out for the token of this server.")
	}
	op, documented, err := awork.FindOperation(in.request)
	if err != nil {
		return nil, result.Refuse(
			result.InvalidInput,
			"request can't be read: %s; received %s.",
			err,
			text.Quote(in.request),
		)
	}
	user, err := c.Awork.GetAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	role, err := c.Directory.ReadRoleOf(ctx, *user)
	if err != nil {
		return nil, err
	}
	r := &requestResult{RoleName: text.Clean(role.Name), Page: permissionsPage, Level: levelFor(role, op.Access)}
	r.Outcome = result.Found
	why := "awork documents no such request"
	if r.Answer = verdictUnknown; documented {
		r.Operation, r.Requirement = op.Method+" "+op.Path, strings.Join(op.Access, " or ")
		r.Answer, why = judgeRequest(op.Access, role)
	}
	held := "no role"
	if user.RoleID != uuid.Nil {
		held = "role " + text.Quote(role.Name)
	}
	r.Message = fmt.Sprintf("May API user %s (%s) do %s? %s: %s. Only a request with its key proves it.",
		text.Quote(user.Name), held, text.Quote(cmp.Or(r.Operation, in.request)), r.Answer, why)
	return r, nil
}

// isAdmin reports whether a role may do everything by itself, and not by what it
// could make of itself.
func isAdmin(r directory.Role) bool {
	return r.Admin == directory.AdminRole || r.Admin == directory.AdminByOmission
}

// judgeRequest says whether a role lets make a request that asks for one of access,
// and why.
func judgeRequest(access []string, r directory.Role) (answer verdict, why string) {
	has := func(s string) bool { return slices.Contains(access, s) }
	held := verdictNo
	for _, s := range access {
		n, ok := parseFeatureNeed(s)
		if !ok {
			continue
		}
		if v := n.heldBy(r.Permissions); v == verdictYes || v == verdictUnknown && held == verdictNo {
			held = v
		}
	}
	switch {
	case len(access) == 0:
		return verdictUnknown, "awork names no requirement"
	case has(awork.AccessAnonymous):
		return verdictYes, "everybody may"
	case len(access) == 1 && has(awork.AccessInternal):
		return verdictNo, "only awork's own app may"
	case len(access) == 1 && has(awork.AccessOwner):
		return verdictCut, "it may for itself, and for nobody else"
	case isAdmin(r):
		return verdictYes, "it is an admin"
	case held == verdictYes:
		return verdictYes, "its role has the access that is required"
	case has(awork.AccessAny):
		return verdictCut, "every user may call it; awork cuts the answer to what the role may see, and may refuse " +
			"single records"
	case r.Admin == directory.AdminUnreadable:
		return verdictUnknown, "what its role may do can't be read"
	case held == verdictUnknown:
		return verdictUnknown, "the access level of its role can't be compared with what is required"
	case has(awork.AccessOwner):
		return verdictCut, "it may for itself, and for nobody else"
	}
	return verdictNo, "its role lacks what is required"
}

// levelFor says what a role has of the features that access names.
func levelFor(r directory.Role, access []string) string {
	switch {
	case isAdmin(r):
		return "admin"
	case r.Admin == directory.AdminUnreadable:
		return "not known"
	}
	var held []string
	for _, p := range r.Permissions {
		named := func(s string) bool {
			n, ok := parseFeatureNeed(s)
			return ok && strings.EqualFold(n.feature, p.Feature)
		}
		if slices.ContainsFunc(access, named) {
			held = append(held, text.Word(p.Feature)+": "+text.WordList(p.AccessLevels))
		}
	}
	return cmp.Or(strings.Join(held, "; "), "none")
}
