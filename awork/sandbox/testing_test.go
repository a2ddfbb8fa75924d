package sandbox

import (
	"testing"

	"github.com/google/uuid"
)

func TestAddAndRemove(t *testing.T) {
	t.Parallel()
	s := New(Options{Now: noon})
	for name, tc := range map[string]struct {
		add    func() string
		count  func() int
		remove func(string) bool
	}{
		"API user": {
			func() string { return s.AddAPIUser(APIUser{Name: "a"}).ID },
			func() int { return len(s.APIUsers()) }, s.RemoveAPIUser,
		},
		"role": {
			func() string { return s.AddRole(Role{Name: "a"}).ID },
			func() int { return len(s.Roles()) }, s.RemoveRole,
		},
		"client application": {
			func() string { return s.AddClientApplication(ClientApplication{}).ClientID },
			func() int { return len(s.ClientApplications()) }, s.RemoveClientApplication,
		},
		"person": {
			func() string { return s.AddUser(User{LastName: "a"}).ID },
			func() int { return len(s.Users()) }, s.RemoveUser,
		},
		"record": {
			func() string { return s.AddRecord(Record{Area: AreaTasks, Name: "a"}).ID },
			func() int { return len(s.Records(AreaTasks)) }, s.RemoveRecord,
		},
		"webhook": {
			func() string { return s.AddWebhook(Webhook{Name: "a"}).ID },
			func() int { return len(s.Webhooks()) }, s.RemoveWebhook,
		},
	} {
		before := tc.count()
		id := tc.add()
		if uuid.Validate(id) != nil || tc.count() != before+1 {
			t.Errorf("%s: id %q, %d of them", name, id, tc.count())
		}
		if !tc.remove(id) || tc.remove(id) || tc.count() != before {
			t.Errorf("%s: not removed just once", name)
		}
	}
	u := s.AddAPIUser(APIUser{ID: ZapierSyncID, Name: "Changed"})
	if got, _ := s.APIUser(ZapierSyncID); got != u || !got.CreatedOn.Equal(noon()) || len(s.APIUsers()) != 12 {
		t.Errorf("replaced by %+v", got)
	}
}
