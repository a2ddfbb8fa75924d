package sandbox

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	const one = "/apiusers/" + ZapierSyncID
	for name, tc := range map[string]struct {
		pattern, path, id string
		fits              bool
	}{
		"literal":            {"/apiusers", "/apiusers", "", true},
		"another literal":    {"/apiusers", "/roles", "", false},
		"too short":          {"/roles/{id}", "/roles", "", false},
		"too long":           {"/roles", "/roles/", "", false},
		"a GUID":             {"/apiusers/{id}", one, ZapierSyncID, true},
		"a GUID in braces":   {"/apiusers/{id}", "/apiusers/%7B" + ZapierSyncID + "%7D", ZapierSyncID, true},
		"no GUID":            {"/apiusers/{id}", "/apiusers/zapier", "", false},
		"a word":             {"/clientapplications/{clientId}", "/clientapplications/zapier", "zapier", true},
		"a word with slash":  {"/clientapplications/{clientId}", "/clientapplications/a%2Fb", "a/b", true},
		"no word":            {"/clientapplications/{clientId}", "/clientapplications/", "", false},
		"what follows it":    {"/roles/{id}/permissions", "/roles/" + UserRoleID + "/permissions", UserRoleID, true},
		"another follows it": {"/roles/{id}/permissions", "/roles/" + UserRoleID + "/users", "", false},
	} {
		id, fits := match(tc.pattern, strings.Split(tc.path, "/"))
		if id != tc.id || fits != tc.fits {
			t.Errorf("%s: %q %v", name, id, fits)
		}
	}
}
