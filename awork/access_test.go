package awork

import (
	"strings"
	"testing"
)

// TestOperations: the embedded table holds what it should and can be read.
func TestOperations(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for op := range Operations() {
		key := op.Method + " " + op.Path
		if seen[key] || !strings.HasPrefix(op.Path, "/") || strings.ToUpper(op.Method) != op.Method {
			t.Errorf("%+v", op)
		}
		seen[key] = true
		for _, access := range op.Access {
			switch access {
			case AccessAnonymous, AccessAny, AccessOwner, AccessAdmin, AccessInternal:
				continue
			}
			feature, level, ok := strings.Cut(access, ":")
			if !ok || feature == "" || level != "read" && level != "write" && level != "delete" {
				t.Errorf("%s: access %q", key, access)
			}
		}
	}
	if len(seen) != 725 {
		t.Errorf("%d operations", len(seen))
	}
	if len(accessTable) > 8<<10 {
		t.Errorf("the table takes %d bytes", len(accessTable))
	}
}

// TestFindOperation: requests in every spelling, and what is none.
func TestFindOperation(t *testing.T) {
	t.Parallel()
	const id = "693325c2-be31-4939-8e36-a82a27e4afd9"
	for request, want := range map[string]string{
		"GET /projects":                                      "GET /projects any",
		"get projects/":                                      "GET /projects any",
		" GET\t/Projects?page=1&pageSize=1 ":                 "GET /projects any",
		"GET /projects/" + id:                                "GET /projects/{projectId} any",
		"GET /api/v1/companies":                              "GET /companies admin company-master-data:read",
		"GET /v1/companies":                                  "GET /companies admin company-master-data:read",
		"GET /api/v2/timeentries":                            "GET /v2/timeentries any",
		"GET /timeentries":                                   "GET /timeentries any",
		"POST /me/timetracking/pause":                        "POST /me/timetracking/pause owner",
		"POST /clientapplications/register":                  "POST /clientapplications/register anonymous",
		"GET /clientapplications/register":                   "GET /clientapplications/{clientId} admin workspace-manage-config:read",
		"GET /roles/users":                                   "GET /roles/users internal",
		"GET /roles/" + id:                                   "GET /roles/{roleId} admin workspace-manage-config:read",
		"POST /invitations/accept":                           "POST /invitations/accept",
		"DELETE /apiusers/{apiUserId}":                       "DELETE /apiusers/{apiUserId} admin workspace-manage-config:write",
		"PATCH /projects":                                    "",
		"GET /nothing":                                       "",
		"GET /":                                              "",
		"DELETE /apiusers":                                   "",
		"DELETE /apiusers//":                                 "",
		"GET /projects/" + id + "/x/y/z":                     "",
		"DELETE https://api.awork.com/api/v1/apiusers/" + id: "DELETE /apiusers/{apiUserId} admin workspace-manage-config:write",
	} {
		op, found, err := FindOperation(request)
		got := ""
		if found {
			got = strings.Join(append([]string{op.Method, op.Path}, op.Access...), " ")
		}
		if got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", request, got, err, want)
		}
	}
	for _, request := range []string{"", "GET", "/projects", "projects", "GET /projects now", "FETCH /projects", "GET mailto:x", "GET http://[::1"} {
		if _, found, err := FindOperation(request); found || err == nil {
			t.Errorf("%q: found %v, %v", request, found, err)
		}
	}
}

func BenchmarkFindOperation(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, found, _ := FindOperation("GET /projects"); !found {
			b.Fatal("not found")
		}
	}
}
