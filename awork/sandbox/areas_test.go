package sandbox

import (
	"slices"
	"strings"
	"testing"
)

// worker adds an API user with permissions and a token of its name.
func worker(s *Sandbox, name string, permissions ...Permission) string {
	role := s.AddRole(Role{Name: name, Permissions: permissions})
	s.AddToken(name, s.AddAPIUser(APIUser{Name: name, RoleID: role.ID}).ID)
	return name
}

// names lists what a token sees of an area.
func names(t *testing.T, s *Sandbox, token string, area Area) []string {
	t.Helper()
	a := do(t, s, token, "GET", string(area)+"?pageSize=1000", "")
	if a.status == 401 {
		return []string{"not allowed"}
	}
	var all []string
	var records []map[string]any
	a.json(t, &records)
	for _, r := range records {
		for _, field := range []string{"name", "note", "description"} {
			if text, ok := r[field].(string); ok {
				all = append(all, text)
			}
		}
	}
	return all
}

// TestViews cuts what callers see by what their roles may do.
func TestViews(t *testing.T) {
	t.Parallel()
	s := New(Options{Empty: true, RateLimit: RateLimit{Off: true}, Now: noon})
	s.AddUser(User{ID: AylinDemirID, RoleID: UserRoleID})
	nobody := worker(s, "nobody")
	open := s.AddRecord(Record{Area: AreaProjects, Name: "open", CreatedBy: JonasBrandtID})
	shut := s.AddRecord(Record{Area: AreaProjects, Name: "private", Private: true, CreatedBy: JonasBrandtID})
	s.AddRecord(Record{
		Area: AreaProjects, Name: "shared", Private: true, CreatedBy: JonasBrandtID, Members: []string{NobodyUserID},
	})
	s.AddRecord(Record{Area: AreaProjects, Name: "own", Private: true, CreatedBy: AdminUserID})
	for name, r := range map[string]Record{
		"open": {ProjectID: open.ID}, "private": {ProjectID: shut.ID},
		"assigned": {ProjectID: shut.ID, UserID: ReaderUserID},
	} {
		r.Name, r.CreatedBy = name, JonasBrandtID
		for _, area := range []Area{AreaTasks, AreaTimeEntries, AreaDocuments, AreaTimeBookings} {
			r.Area, r.ID = area, ""
			s.AddRecord(r)
		}
	}
	s.AddRecord(Record{Area: AreaTimeEntries, Name: "no project", UserID: JonasBrandtID, CreatedBy: JonasBrandtID})
	s.AddRecord(Record{Area: AreaDocuments, Name: "no project", CreatedBy: JonasBrandtID})
	s.AddRecord(Record{Area: AreaDocuments, Name: "secret", Private: true, CreatedBy: JonasBrandtID})
	s.AddRecord(Record{Area: AreaDocuments, Name: "mine", Private: true, CreatedBy: NobodyUserID})
	s.AddRecord(Record{Area: AreaCompanies, Name: "customer", CreatedBy: JonasBrandtID})
	s.AddRecord(Record{Area: AreaAbsences, Name: "own", UserID: ReaderUserID, CreatedBy: JonasBrandtID})
	s.AddRecord(Record{Area: AreaAbsences, Name: "of others", UserID: JonasBrandtID, CreatedBy: JonasBrandtID})
	times := worker(s, "times", permit("project-timetracking", "write"))
	timeReader := worker(s, "time reader", permit("project-timetracking", "read"))
	planner := worker(s, "planner", permit("project-planning-data", "read"), permit("project-master-data", "read"))
	staff := worker(s, "staff", permit("user-planning-data", "read"), permit("company-master-data", "read"))

	for _, tc := range []struct {
		token string
		area  Area
		want  string
	}{
		{AdminToken, AreaProjects, "open own"},
		{NobodyToken, AreaProjects, "open shared"},
		{nobody, AreaProjects, ""},
		{AdminToken, AreaTasks, "open"},
		{ReaderToken, AreaTasks, "assigned"},
		{planner, AreaTasks, "open"},
		{nobody, AreaTasks, ""},
		{AdminToken, AreaTimeEntries, "assigned no project open private"},
		{times, AreaTimeEntries, "assigned open private"},
		{timeReader, AreaTimeEntries, ""},
		{ReaderToken, AreaTimeEntries, "assigned"},
		{AdminToken, AreaCompanies, "customer"},
		{staff, AreaCompanies, "customer"},
		{nobody, AreaCompanies, "not allowed"},
		{AdminToken, AreaDocuments, "no project open"},
		{NobodyToken, AreaDocuments, "mine no project open"},
		{nobody, AreaDocuments, "no project"},
		{AdminToken, AreaAbsences, "of others own"},
		{staff, AreaAbsences, "of others own"},
		{ReaderToken, AreaAbsences, "own"},
		{AdminToken, AreaTimeBookings, "open"},
		{nobody, AreaTimeBookings, ""},
	} {
		got := names(t, s, tc.token, tc.area)
		slices.Sort(got)
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s sees of %s %q, want %q", tc.token, tc.area, got, tc.want)
		}
	}
	a := do(t, s, nobody, "GET", "/timebookings", "")
	if a.header.Get("Aw-Totalitems") != "3" || strings.Count(a.body, `"isAnonymized":true`) != 3 {
		t.Errorf("time bookings of projects that are not seen: %s", a.body)
	}
}

func TestTrashedDocuments(t *testing.T) {
	t.Parallel()
	s := unlimited()
	if got := names(t, s, AdminToken, AreaDocuments); slices.Contains(got, "Old import log") {
		t.Errorf("got %v", got)
	}
	a := admin(t, s, "GET", "/documents?includeTrashedDocuments=true", "")
	if !strings.Contains(a.body, "Old import log") || !strings.Contains(a.body, `"movedToTrashOn":"2024-02-01`) {
		t.Errorf("got %s", a.body)
	}
	if a = admin(t, s, "GET", "/documents?includeTrashedDocuments=perhaps", ""); a.status != 400 {
		t.Errorf("no boolean: %d", a.status)
	}
}

// TestAreaFaults reads an area whose filter does not work.
func TestAreaFaults(t *testing.T) {
	t.Parallel()
	const filtered = "?pageSize=1000&filterby=createdBy%20eq%20guid%27" + HubSpotBridgeID + "%27"
	const newest = "?pageSize=1&orderby=createdOn%20desc"
	for _, tc := range []struct {
		kind          FaultKind
		query         string
		status, total int
		first         string
	}{
		{FaultLatency, filtered, 200, 3, "Hafenblick GmbH"},
		{FaultFilterIgnored, filtered, 200, 4, "Hafenblick GmbH"},
		{FaultFilterIgnored, newest, 200, 4, "Reederei Lorenzen"},
		{FaultFilterRefused, filtered, 400, 0, ""},
		{FaultFilterRefused, newest, 200, 4, "Reederei Lorenzen"},
		{FaultOrderIgnored, filtered, 200, 3, "Hafenblick GmbH"},
		{FaultOrderIgnored, newest, 200, 4, "Hafenblick GmbH"},
		{FaultUnauthorized, filtered, 401, 0, ""},
	} {
		f := Fault{Kind: tc.kind, Path: string(AreaCompanies)}
		if tc.kind == FaultLatency {
			f.Delay = 1
		}
		s := unlimited(f)
		a := admin(t, s, "GET", "/companies"+tc.query, "")
		if a.status != tc.status || a.status == 400 && a.code() != "invalid-filter-or-order" {
			t.Errorf("%s: %d %s", tc.kind, a.status, a.body)
		}
		if a.status != 200 {
			continue
		}
		var companies []wireCompany
		a.json(t, &companies)
		if total := a.header.Get("Aw-Totalitems"); total != string(rune('0'+tc.total)) || companies[0].Name != tc.first {
			t.Errorf("%s: %s of %s", tc.kind, a.body, total)
		}
		other := admin(t, s, "GET", "/projects"+newest, "")
		if other.status != 200 || !strings.Contains(other.body, "Elbkita") {
			t.Errorf("%s reaches another area: %d %s", tc.kind, other.status, other.body)
		}
	}
}
