package sandbox

import (
	"strings"
	"testing"
	"time"
)

// lastTrace is the time of the newest record that somebody made or changed.
func lastTrace(s *Sandbox, id string) time.Time {
	var last time.Time
	for _, area := range Areas() {
		for _, r := range s.Records(area) {
			if r.CreatedBy == id && r.CreatedOn.After(last) {
				last = r.CreatedOn
			}
			if r.UpdatedBy == id && r.UpdatedOn.After(last) {
				last = r.UpdatedOn
			}
		}
	}
	return last
}

func TestHistory(t *testing.T) {
	t.Parallel()
	s := unlimited()
	traces := map[string]string{
		ZapierSyncID:       "2026-08-31",
		AworkConnectorID:   "2026-08-10",
		HubSpotBridgeID:    "2025-08-20",
		RelaunchImporterID: "2023-07-03",
	}
	for _, u := range s.APIUsers() {
		want, written := traces[u.ID]
		got := lastTrace(s, u.ID)
		if got.IsZero() == written || written && got.Format(time.DateOnly) != want {
			t.Errorf("%s wrote last on %v, want %q", u.Name, got, want)
		}
	}
}

// TestHistoryIsBelievable: nothing was made by who was not there yet, nothing is
// of today or later, and nobody is unknown.
func TestHistoryIsBelievable(t *testing.T) {
	t.Parallel()
	for _, clock := range []time.Time{time.Unix(0, 0), date("2026-05-05T11:00:00Z"), noon(), noon().AddDate(3, 0, 0)} {
		s := New(Options{Now: func() time.Time { return clock }})
		since := map[string]time.Time{ZeroID: {}}
		for _, u := range s.Users() {
			since[u.ID] = u.CreatedOn
		}
		for _, u := range s.APIUsers() {
			since[u.ID] = u.CreatedOn
		}
		latest := time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)
		if clock.After(latest) {
			latest = clock.Truncate(24 * time.Hour)
		}
		ids := map[string]bool{}
		for _, area := range Areas() {
			if len(s.Records(area)) < 2 {
				t.Errorf("%s has too few records", area)
			}
			for _, r := range s.Records(area) {
				creator, known := since[r.CreatedBy]
				editor, knownEditor := since[r.UpdatedBy]
				if !known || !knownEditor || r.CreatedOn.Before(creator) || r.UpdatedOn.Before(editor) {
					t.Errorf("%+v was made before its maker", r)
				}
				if r.UpdatedOn.Before(r.CreatedOn) || !r.UpdatedOn.Before(latest) || ids[r.ID] {
					t.Errorf("%+v", r)
				}
				ids[r.ID] = true
			}
		}
		for _, w := range s.Webhooks() {
			for _, d := range w.Deliveries {
				if d.On.Before(w.CreatedOn) || !d.On.Before(latest) {
					t.Errorf("%s delivered %+v", w.Name, d)
				}
			}
		}
	}
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	s := unlimited()
	a := do(t, s, ReaderToken, "GET", "/webhooks/"+FormsWebhookID+"/logs?orderby=createdOn%20desc&pageSize=1", "")
	var log []wireDelivery
	a.json(t, &log)
	want := wireDelivery{
		Message: FormsDeliveryMessage, WebhookID: FormsWebhookID, ResponseCode: 204,
		CreatedOn: "2026-08-31T11:20:00Z", IsSuccessful: true,
	}
	if len(log) != 1 || log[0] != want {
		t.Errorf("got %s", a.body)
	}
	a = do(t, s, ReaderToken, "GET", "/webhooks/"+DashboardWebhookID+"/logs", "")
	if strings.Count(a.body, `"isSuccessful":false`) != 2 || strings.Count(a.body, `"responseCode":503`) != 2 {
		t.Errorf("a paused one: %s", a.body)
	}
	if a = do(t, s, NobodyToken, "GET", "/webhooks/"+FormsWebhookID+"/logs", ""); a.status != 401 {
		t.Errorf("without permission: %d", a.status)
	}
}
