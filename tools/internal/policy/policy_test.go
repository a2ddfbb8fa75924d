package policy

import (
	"maps"
	"slices"
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
		"another id":               {Settings{AllowRoles: []string{id}}, user, `names "` + id},
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

func TestAllowNewRole(t *testing.T) {
	t.Parallel()
	for entries, words := range map[string]string{
		"":              "",
		"Reader,Writer": `names those that API users may be given, "Reader, Writer"`,
	} {
		var s Settings
		if entries != "" {
			s.AllowRoles = strings.Split(entries, ",")
		}
		p, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, entries, p.AllowNewRole(), words)
	}
	_, err := Parse(Settings{AllowRoles: []string{"Reader", " "}})
	refused(t, "an empty role", err, "--allow-roles has an empty entry")
}

func TestSelect(t *testing.T) {
	t.Parallel()
	all := []Tool{
		{Name: "list", Family: FamilyDefault},
		{Name: "delete", Family: FamilyDefault, Writes: true},
		{Name: "issue_key", Family: FamilyCredentials, Writes: true},
		{Name: "list_keys", Family: FamilyCredentials},
	}
	const toolNames = `--tools "three" names no tool; there are the families default and credentials, ` +
		"and the tools list, delete, issue_key, list_keys"
	for name, c := range map[string]struct {
		entries  []string
		readOnly bool
		want     string // the tools, or words of the error
	}{
		"no entries":            {nil, false, "delete list"},
		"nothing, reading":      {nil, true, "list"},
		"everything":            {[]string{" default ", "credentials"}, false, "delete issue_key list list_keys"},
		"everything, reading":   {[]string{"default", "credentials"}, true, "list list_keys"},
		"one by name":           {[]string{"issue_key"}, false, "issue_key"},
		"a glob makes no key":   {[]string{"*"}, false, "delete list"},
		"a glob of some":        {[]string{"l*"}, false, "list"},
		"a blank":               {[]string{"list", " "}, false, "--tools has an empty entry"},
		"a tool that is none":   {[]string{"three"}, false, toolNames},
		"a glob that is none":   {[]string{"l["}, false, `--tools "l[" names no tool`},
		"a glob of credentials": {[]string{"issue*"}, false, `--tools "issue*" names no tool`},
		"only what is hidden":   {[]string{"delete"}, true, `--tools "delete" names only tools that --read-only hides`},
	} {
		got, err := Select(all, c.entries, c.readOnly)
		if strings.Contains(c.want, "--tools") {
			refused(t, name, err, c.want)
			continue
		}
		if names := strings.Join(slices.Sorted(maps.Keys(got)), " "); names != c.want {
			t.Errorf("%s: %s, want %s", name, names, c.want)
		}
	}
}
