package tools_test

import (
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// partOf is a workspace whose list of API users ends after five of twelve.
func partOf() setup { return setup{sandbox: sandbox.Options{APIUsersPerPage: 5}} }

// beyond is an API user that such a list leaves out.
func beyond(t *testing.T, d *fixture) string {
	t.Helper()
	id := d.box.APIUsers()[8].ID
	if id == sandbox.AdminUserID {
		t.Fatal("the seed has changed: this is the server's own")
	}
	return id
}

// Where awork says that there are more API users than it sent, nothing is claimed
// of those that it did not send.
func TestIncompleteListOfAPIUsers(t *testing.T) {
	t.Parallel()
	bothEras(t, "bulk", partOf(), func(t *testing.T, d *fixture) {
		id := beyond(t, d)
		a := d.call("delete_api_users", args{"apiUserIds": []string{id, unknownID}}).want("partial")
		if d.stands(id) || at(a.list("results")[0], "outcome") != "deleted" || at(a.list("results")[1], "outcome") != "not_found" {
			t.Error(a.text)
		}
	})
	bothEras(t, "bulk, and one that can't be read", partOf(), func(t *testing.T, d *fixture) {
		id := beyond(t, d)
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500, Method: "GET", Path: "/apiusers/" + id})
		d.call("delete_api_users", args{"apiUserIds": []string{id, sandbox.ZapierSyncID}}).want("upstream_error", "answered 500", "Nothing was changed.")
		d.nothingWritten()
	})
	empty := setup{faults: []sandbox.Fault{on("GET", "/apiusers", times(1, fault(sandbox.FaultEmptyList)))}}
	bothEras(t, "bulk beside an empty list", empty, func(t *testing.T, d *fixture) {
		d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID}}).want("deleted")
		if d.stands(sandbox.ZapierSyncID) {
			t.Error("it exists")
		}
	})
	bothEras(t, "check_access", partOf(), func(t *testing.T, d *fixture) {
		if a := d.call("check_access", args{}).warns("not all be read"); a.at("user", "kind") == "person" {
			t.Error(a.text)
		}
	})
	bothEras(t, "counts", partOf(), func(_ *testing.T, d *fixture) {
		d.call("list_roles", args{}).warns("12 API users but sent 5", "than are counted")
		d.call("list_client_applications", args{}).warns("12 API users but sent 5", "than are counted")
		d.call("list_api_users", args{}).want("found", "12 API users in all").warns("not complete")
		d.call("audit_api_users", args{}).want("found", "Not all API users could be looked at").warns("not looked at")
	})
	bothEras(t, "an audit of an empty list", empty, func(_ *testing.T, d *fixture) {
		d.call("audit_api_users", args{}).want("found", "0 API users").warns("is empty")
	})
	bothEras(t, "a creator beyond the list is not gone", partOf(), func(t *testing.T, d *fixture) {
		made := d.box.AddAPIUser(sandbox.APIUser{Name: "0 Made", RoleID: sandbox.UserRoleID, CreatedBy: beyond(t, d)})
		if a := d.call("get_api_user", args{"apiUserId": made.ID}).want("found"); a.at("apiUser", "createdByState") == "gone" {
			t.Error(a.text)
		}
	})
}

// An API user that was there before a create, and was not listed, is not what the
// create made.
func TestCreateBesideAnIncompleteList(t *testing.T) {
	t.Parallel()
	bothEras(t, "lost", partOf(), func(_ *testing.T, d *fixture) {
		old := d.box.AddAPIUser(sandbox.APIUser{Name: "Zz Twin", RoleID: sandbox.IntegrationRoleID, CreatedBy: sandbox.AdminUserID})
		d.box.AddFaults(on("POST", "", fault(sandbox.FaultLostBefore)))
		d.call("create_api_user", args{"name": old.Name, "roleId": sandbox.IntegrationRoleID}).want("unknown")
	})
	bothEras(t, "answered", partOf(), func(_ *testing.T, d *fixture) {
		d.call("create_api_user", args{"name": "Zz New", "roleId": sandbox.IntegrationRoleID}).want("created")
	})
}

// An API user whose client application awork did not send is no orphan.
func TestIncompleteListOfClientApplications(t *testing.T) {
	t.Parallel()
	bothEras(t, "more", setup{}, func(t *testing.T, d *fixture) {
		d.wire.inner = moreThanCame{d.wire.inner, "/clientapplications"}
		for _, f := range d.call("audit_api_users", args{}).warns("client applications could not be read").list("findings") {
			if at(f, "rule") == "orphan" {
				t.Error(finding(f))
			}
		}
		d.call("list_client_applications", args{}).want("found").warns("not complete")
		d.call("create_api_user", args{"name": "R", "roleId": "User", "clientId": "zappier"}).want("upstream_error", "entries came of 1000", "Nothing was changed")
	})
}
