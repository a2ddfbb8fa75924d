package sandbox

import (
	"strconv"
	"strings"
	"testing"
)

// TestForeignAnswers meets every foreign answer to a delete: it is sent as
// described, and the delete is carried out or not.
func TestForeignAnswers(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		BodyHTML: "<html>", BodyEmpty: "", BodyJSON: `{"error":"blocked"}`,
		BodyCode: `{"code":"forbidden"}`, BodySuccess: `{"success":false}`,
	}
	met := 0
	for _, f := range Faults() {
		if f.Kind != FaultForeign && f.Kind != FaultForeignAfter {
			continue
		}
		met++
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			s := unlimited(f)
			a := admin(t, s, "DELETE", "/apiusers/"+ZapierSyncID, "")
			want := bodies[f.Body]
			if a.status != f.Status || !strings.HasPrefix(a.body, want) || (a.body == "") != (want == "") {
				t.Errorf("got %d %q", a.status, a.body)
			}
			if leads := a.header.Get("Location") != ""; leads != (f.Status == 307) {
				t.Errorf("Location: %v", leads)
			}
			if _, found := s.APIUser(ZapierSyncID); found != (f.Kind == FaultForeign) {
				t.Errorf("the API user is there: %v", found)
			}
		})
	}
	if want := 2 * (9*3 + 2); met != want {
		t.Errorf("%d foreign answers, want %d", met, want)
	}
}

func TestListsThatLackRecords(t *testing.T) {
	t.Parallel()
	const self = `"id":"` + ReaderUserID
	for kind, total := range map[FaultKind]string{FaultEmptyList: "0", FaultSelfMissing: "11"} {
		s := unlimited(Fault{Kind: kind})
		a := do(t, s, ReaderToken, "GET", "/apiusers", "")
		if a.status != 200 || a.header.Get("Aw-Totalitems") != total || strings.Contains(a.body, self) {
			t.Errorf("%s: %d of %s: %s", kind, a.status, a.header.Get("Aw-Totalitems"), a.body)
		}
		var records []map[string]any
		if a.json(t, &records); strconv.Itoa(len(records)) != total {
			t.Errorf("%s: %d records", kind, len(records))
		}
		a = do(t, s, ReaderToken, "GET", "/apiusers/"+ReaderUserID, "")
		if a.status != 200 || !strings.Contains(a.body, self) {
			t.Errorf("%s changed one record: %d %s", kind, a.status, a.body)
		}
		if a = admin(t, s, "DELETE", "/apiusers/"+ReaderUserID, ""); a.status != 204 {
			t.Errorf("%s changed a delete: %d", kind, a.status)
		}
		if a = do(t, s, "unknown", "GET", "/apiusers", ""); a.status != 401 || !strings.Contains(a.body, "Bad token") {
			t.Errorf("%s changed a refusal: %d %s", kind, a.status, a.body)
		}
	}
}

// TestFaults holds the list of all faults against the kinds.
func TestFaults(t *testing.T) {
	t.Parallel()
	listed := map[FaultKind]bool{FaultLatency: true}
	for _, f := range Faults() {
		listed[f.Kind] = true
		if err := f.Validate(); err != nil {
			t.Error(err)
		}
	}
	for _, kind := range allKinds() {
		if !listed[kind] {
			t.Errorf("%s is not listed", kind)
		}
	}
}
