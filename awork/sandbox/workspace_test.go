package sandbox

import "testing"

func TestWorkspace(t *testing.T) {
	t.Parallel()
	s := unlimited()
	var w wireWorkspace
	do(t, s, NobodyToken, "GET", "/workspaces/"+WorkspaceID, "").json(t, &w)
	if w.Name != WorkspaceName || w.MemberCount != 6 {
		t.Errorf("got %+v", w)
	}
	if a := admin(t, s, "GET", "/workspaces/"+unknownID, ""); a.status != 404 || a.code() != "not-found" {
		t.Errorf("another workspace: %d", a.status)
	}
}
