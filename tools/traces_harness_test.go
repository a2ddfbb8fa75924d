package tools_test

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// traceRecord is a record as awork shows it.
type traceRecord struct {
	ID                                         string
	CreatedOn, CreatedBy, UpdatedOn, UpdatedBy string
}

// tracePaths are the areas by name, each with the path that lists it.
var tracePaths = map[string]string{
	"time entries": "/timeentries", "tasks": "/me/projecttasks", "projects": "/projects", "companies": "/companies",
	"documents": "/documents", "absences": "/absences", "time bookings": "/timebookings",
	"webhooks": "/webhooks", "people": "/users", "API users": "/apiusers", "roles": "/roles",
}

// traceTruth is what a token sees in each area, read without a filter and without
// the code under test.
func (d *fixture) traceTruth() map[string][]traceRecord {
	d.t.Helper()
	truth := map[string][]traceRecord{}
	for area, path := range tracePaths {
		url := baseURL + path + "?page=1&pageSize=1000&includeTrashedDocuments=true&showArchived=true"
		req, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			d.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+canary)
		resp, err := d.box.RoundTripper().RoundTrip(req)
		if err != nil {
			d.t.Fatal(err)
		}
		var records []traceRecord
		if resp.StatusCode == http.StatusOK {
			if err := json.NewDecoder(resp.Body).Decode(&records); err != nil {
				d.t.Fatalf("%s: %v", path, err)
			}
		}
		_ = resp.Body.Close()
		for _, r := range records {
			if _, isAPIUser := d.box.APIUser(r.ID); area != "people" || !isAPIUser {
				truth[area] = append(truth[area], r)
			}
		}
	}
	d.box.ResetRequests()
	return truth
}

// by is when and who a record was created or updated.
func (r traceRecord) by(kind string) (on time.Time, id string) {
	text, id := r.CreatedOn, r.CreatedBy
	if kind == "updated" {
		text, id = r.UpdatedOn, r.UpdatedBy
	}
	on, _ = time.Parse(time.RFC3339Nano, text)
	return on, id
}

// newest is the newest of records that id created or updated, and how many there
// are.
func newest(records []traceRecord, kind, id string) (latest time.Time, n int) {
	for _, r := range records {
		if on, by := r.by(kind); by == id {
			n++
			if on.After(latest) {
				latest = on
			}
		}
	}
	return latest, n
}

// exists reports whether id created or updated a record at a time.
func exists(records []traceRecord, kind, id string, on time.Time) bool {
	for _, r := range records {
		if at, by := r.by(kind); by == id && at.Equal(on) {
			return true
		}
	}
	return false
}

func parseTime(v any) time.Time {
	s, _ := v.(string)
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

// seededIDs are the ids of the API users of the seeded workspace.
func seededIDs(box *sandbox.Sandbox) []string {
	var all []string
	for _, u := range box.APIUsers() {
		all = append(all, u.ID)
	}
	return all
}
