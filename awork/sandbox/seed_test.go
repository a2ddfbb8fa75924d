package sandbox

import (
	"reflect"
	"regexp"
	"testing"
)

func TestSeedIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	if !reflect.DeepEqual(New(Options{Now: noon}).workspace, New(Options{Now: noon}).workspace) {
		t.Error("two sandboxes differ")
	}
}

func TestSeedIDs(t *testing.T) {
	t.Parallel()
	v4 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	s := New(Options{})
	seen := map[string]bool{}
	check := func(id string) {
		if !v4.MatchString(id) || seen[id] {
			t.Errorf("id %q", id)
		}
		seen[id] = true
	}
	check(WorkspaceID)
	check(DepartedUserID)
	for _, u := range s.APIUsers() {
		check(u.ID)
	}
	for _, r := range s.Roles() {
		check(r.ID)
	}
	for _, u := range s.Users() {
		check(u.ID)
	}
	for _, w := range s.Webhooks() {
		check(w.ID)
	}
}

// TestSeedQuirks holds the workspace to what the ids promise.
func TestSeedQuirks(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	clients, roles, people := map[string]bool{}, map[string]Role{}, map[string]User{}
	for _, a := range s.ClientApplications() {
		clients[a.ClientID] = true
	}
	for _, r := range s.Roles() {
		roles[r.ID] = r
	}
	for _, u := range s.Users() {
		people[u.ID] = u
	}
	names := map[string]int{}
	var noRole, noClient, orphan, archivedRole, zero, gone, deactivated, byAPIUser int
	for _, u := range s.APIUsers() {
		names[u.Name]++
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&noRole, u.RoleID == "")
		count(&noClient, u.ClientID == "")
		count(&orphan, u.ClientID != "" && !clients[u.ClientID])
		count(&archivedRole, roles[u.RoleID].Archived)
		creator, isPerson := people[u.CreatedBy]
		_, isAPIUser := s.APIUser(u.CreatedBy)
		count(&zero, u.CreatedBy == ZeroID)
		count(&byAPIUser, isAPIUser)
		count(&deactivated, isPerson && !creator.DeactivatedOn.IsZero())
		count(&gone, !isPerson && !isAPIUser && u.CreatedBy != ZeroID)
		if u.UpdatedOn.Before(u.CreatedOn) {
			t.Errorf("%s was updated before it was made", u.Name)
		}
	}
	got := []int{
		len(s.APIUsers()), len(names), noRole, noClient, orphan, archivedRole, zero, gone, deactivated, byAPIUser,
	}
	if want := []int{12, 11, 2, 1, 1, 1, 1, 1, 1, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
