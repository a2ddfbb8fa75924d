package tools_test

import (
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// Names that the token may not read are not asked for with every call.
func TestRefusedNamesAreNotAskedForAgain(t *testing.T) {
	t.Parallel()
	d := open(t, setup{faults: []sandbox.Fault{{Kind: sandbox.FaultUnauthorized, Method: "GET", Path: "/users"}}})
	d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
	d.box.ResetRequests()
	a := d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
	if n := len(d.box.Requests()); n != 1 {
		t.Errorf("the second call made %d requests", n)
	}
	if w, _ := a.structured["warnings"].([]any); len(w) == 0 {
		t.Errorf("no warning names those that are left out: %s", a.text)
	}
}

// A role whose permissions could not be read counts as an admin's for ten seconds,
// in which it is not asked for again.
func TestRolesThatCantBeReadAreAskedForAgain(t *testing.T) {
	parallelSynctest(t, rolesThatCantBeRead)
}

func rolesThatCantBeRead(t *testing.T) {
	d := open(t, setup{faults: []sandbox.Fault{
		{Kind: sandbox.FaultStatus, Status: 500, Method: "GET", Path: "/roles/" + sandbox.IntegrationRoleID + "/permissions", Times: 1}}})
	admin := func() any {
		user, _ := d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID}).structured["apiUser"].(map[string]any)
		return user["admin"]
	}
	first, second := admin(), admin()
	time.Sleep(11 * time.Second)
	if third := admin(); first != true || second != true || third != false {
		t.Errorf("admin is %v, then %v, and %v ten seconds later", first, second, third)
	}
}
