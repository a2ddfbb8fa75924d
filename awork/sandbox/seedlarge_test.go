package sandbox

import (
	"reflect"
	"testing"
)

func TestSize(t *testing.T) {
	t.Parallel()
	o := Options{Now: noon, Size: Size{Roles: 100, Users: 50, ClientApplications: 20, APIUsers: 1000}}
	s := New(o)
	counts := []int{len(s.Roles()), len(s.Users()), len(s.ClientApplications()), len(s.APIUsers())}
	if want := []int{100, 50, 20, 1000}; !reflect.DeepEqual(counts, want) {
		t.Errorf("%v roles, users, client applications and API users; want %v", counts, want)
	}
	if !reflect.DeepEqual(s.workspace, New(o).workspace) {
		t.Error("two sandboxes of one size differ")
	}
	seeded := New(Options{})
	if got := s.APIUsers()[:12]; !reflect.DeepEqual(got, seeded.APIUsers()) {
		t.Errorf("the seeded API users have changed: %+v", got)
	}

	roles, users, clients, names := map[string]Role{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range s.Roles() {
		roles[r.ID] = r
	}
	for _, u := range s.Users() {
		users[u.ID] = true
	}
	for _, a := range s.ClientApplications() {
		clients[a.ClientID] = true
	}
	used := map[string]bool{}
	for _, u := range s.APIUsers()[12:] {
		role := roles[u.RoleID]
		if len(role.Permissions) != 1 || (caller{role: role}).may(readConfig) || !users[u.CreatedBy] || !clients[u.ClientID] {
			t.Fatalf("%+v has the role %+v", u, role)
		}
		if names[u.Name] || u.UpdatedOn.After(noon()) {
			t.Errorf("%+v", u)
		}
		names[u.Name], used[u.RoleID] = true, true
	}
	if len(used) != 92 {
		t.Errorf("they are in %d roles", len(used))
	}
	if got := len(New(Options{Size: Size{Roles: 3, APIUsers: 3}}).APIUsers()); got != 12 {
		t.Errorf("a size below the seeded one: %d API users", got)
	}
}
