package sandbox

import "testing"

func TestPage(t *testing.T) {
	t.Parallel()
	type headers struct{ page, size, items, total string }
	for query, want := range map[string]headers{
		"":                    {"1", "10", "10", "20"},
		"&page=2":             {"2", "10", "10", "20"},
		"&page=3":             {"3", "10", "0", "20"},
		"&page=2&pageSize=15": {"2", "15", "5", "20"},
		"&pageSize=5000":      {"1", "1000", "20", "20"},
	} {
		h := admin(t, unlimited(), "GET", "/users?showArchived=true"+query, "").header
		got := headers{h.Get("aw-page"), h.Get("aw-pagesize"), h.Get("aw-items"), h.Get("aw-totalitems")}
		if got != want {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}
}

func TestPageRefusals(t *testing.T) {
	t.Parallel()
	for query, code := range map[string]string{
		"page=0": "validation-failed", "page=x": "validation-failed", "pageSize=-1": "validation-failed",
		"filterby=isArchived": "invalid-filter-or-order", "orderby=lastName": "invalid-filter-or-order",
	} {
		if a := admin(t, unlimited(), "GET", "/webhooks?"+query, ""); a.status != 400 || a.code() != code {
			t.Errorf("%s: got %d %s", query, a.status, a.body)
		}
	}
}
