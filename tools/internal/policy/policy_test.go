package policy

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
)

func role(name string, admin string) directory.Role {
	return directory.Role{
		Role:  awork.Role{ID: uuid.NewSHA1(uuid.Nil, []byte(name)), Name: name, IsAdminRole: admin == directory.AdminRole},
		Admin: admin,
	}
}

// refused checks an error against the words of a message; "" where none is wanted.
func refused(t *testing.T, name string, err error, words string) {
	t.Helper()
	if words == "" && err != nil || words != "" && (err == nil || !strings.Contains(err.Error(), words)) {
		t.Errorf("%s: %v, want %q", name, err, words)
	}
}

func TestAllowRole(t *testing.T) {
	t.Parallel()
	user, admin, config := role("User", ""), role("Admin", directory.AdminRole), role("Config", directory.AdminByConfig)
	for name, c := range map[string]struct {
		settings Settings
		role     directory.Role
		words    string
	}{
		"all":                      {Settings{}, admin, ""},
		"all, none":                {Settings{}, directory.NoRole(), ""},
		"no admin, a user":         {Settings{NoAdmin: true}, user, ""},
		"no admin, the admin role": {Settings{NoAdmin: true}, admin, "makes no admins"},
		"no admin, as good as one": {Settings{NoAdmin: true}, config, "workspace-manage-config"},
		"no admin, none":           {Settings{NoAdmin: true}, directory.NoRole(), "without a role is an admin"},
		"by name":                  {Settings{AllowRoles: []string{"Guest", " User "}}, user, ""},
		"by id":                    {Settings{AllowRoles: []string{strings.ToUpper(user.ID.String())}}, user, ""},
		"another":                  {Settings{AllowRoles: []string{"User", "Guest"}}, admin, `names "User", "Guest"`},
		"another case":             {Settings{AllowRoles: []string{"user"}}, user, `names "user"`},
		"none":                     {Settings{AllowRoles: []string{"none"}}, directory.NoRole(), "without a role"},
		"an admin that is named":   {Settings{AllowRoles: []string{"Admin"}}, admin, ""},
		"named, and yet no admin":  {Settings{AllowRoles: []string{"Admin"}, NoAdmin: true}, admin, "makes no admins"},
		"as it is":                 {Settings{AllowRoles: []string{"A\u200bB"}}, role("A\u200bB", ""), ""},
		"as it is shown":           {Settings{AllowRoles: []string{"AB"}}, role("A\u200bB", ""), ""},
	} {
		p, err := Parse(c.settings)
		if err != nil {
			t.Fatal(name, err)
		}
		refused(t, name, p.AllowRole(c.role), c.words)
	}
	if Names("x", awork.Role{Name: "y"}) {
		t.Error("a name that is no id names the role without one")
	}
}

func TestAllowTarget(t *testing.T) {
	t.Parallel()
	own, other := awork.APIUser{ID: uuid.Max, Name: "Own"}, awork.APIUser{ID: uuid.MustParse(id), Name: "Prod"}
	user, admin := role("User", ""), role("Admin", directory.AdminRole)
	protecting := Settings{Protect: []string{"p*", "o*x"}}
	for name, c := range map[string]struct {
		settings Settings
		kind     Kind
		target   awork.APIUser
		role     *directory.Role
		words    string
	}{
		"another":             {Settings{}, Delete, other, nil, ""},
		"a protected one":     {protecting, Delete, other, nil, `"Prod" is protected by this server's --protect "p*"`},
		"its own":             {Settings{}, Delete, own, nil, "would lock the server out"},
		"its own key":         {Settings{}, IssueKey, own, nil, "no key is issued"},
		"its own name":        {Settings{}, Update, own, nil, ""},
		"its own role":        {Settings{}, Update, own, &user, "another role could lock the server out"},
		"its own, an admin":   {Settings{}, Update, own, &admin, ""},
		"the role of another": {Settings{}, Update, other, &user, ""},
	} {
		p, err := Parse(c.settings)
		if err != nil {
			t.Fatal(name, err)
		}
		refused(t, name, p.AllowTarget(c.kind, c.target, own.ID, c.role), c.words)
	}
}

func TestSelectNamesAllTools(t *testing.T) {
	t.Parallel()
	all := []Tool{{Name: "one", Family: FamilyDefault}, {Name: "two", Family: FamilyCredentials, Writes: true}}
	for _, entry := range []string{"three", "t[", "t*"} {
		_, err := Select(all, []string{entry}, false)
		refused(t, entry, err, "the tools one, two")
	}
}
