package tools_test

import (
	"slices"
	"strings"
	"testing"
)

// TestBadRedirectURIs holds what is refused, for a new client application too.
func TestBadRedirectURIs(t *testing.T) {
	t.Parallel()
	long := "https://x.example/" + strings.Repeat("y", 2000-len("https://x.example/"))
	r := newKeyFixture(t, nil)
	for uri, good := range map[string]bool{
		"https://x.example":                true,
		"http://localhost:8080/cb?a=b#c":   true,
		"http://127.0.0.1/cb":              true,
		"https://bücher.example/cb":        true,
		"com.example.app:/oauth":           true,
		"com.example.app://oauth":          true,
		"urn:ietf:wg:oauth:2.0:oob":        true,
		long:                               true,
		long + "y":                         false,
		"":                                 false,
		"x.example/cb":                     false,
		"localhost:8080/cb":                false,
		"example.com:443/cb":               false,
		"//x.example/cb":                   false,
		"/cb":                              false,
		"https://":                         false,
		"https:///cb":                      false,
		"https:x.example":                  false,
		"https://:443/cb":                  false,
		"myapp:":                           false,
		"myapp://":                         false,
		"javascript:alert(1)":              false,
		"JAVASCRIPT://x.example/%0aalert":  false,
		"data:text/html,x":                 false,
		"vbscript:x":                       false,
		"https://good.example@evil.test/":  false,
		"https://x.example/a b":            false,
		" https://x.example/":              false,
		"https://x.example/\n":             false,
		"https://x.example/\u202etxt":      false,
		"https://x\u200b.example/":         false,
		"https://x.example/\u00a0":         false,
		"https://x.example/%zz":            false,
		"https://x.example\\@evil.test/cb": false,
	} {
		before := r.client("zapier").RedirectURIs
		a := r.call("update_client_application", args{"clientId": "zapier", "redirectUris": []string{"https://first.example/", uri}})
		if (a.Outcome == "updated") != good || !good && (a.Outcome != "invalid_input" || !slices.Equal(before, r.client("zapier").RedirectURIs)) {
			t.Errorf("%.40q: %s %s", uri, a.Outcome, a.Message)
		}
	}
	made := len(r.box.ClientApplications())
	r.call("create_client_application", args{"clientId": "c", "displayName": "C", "redirectUris": []string{"javascript:alert(1)"}}).want("invalid_input", "none may run")
	r.call("create_client_application", args{"clientId": "c", "displayName": "C", "redirectUris": slices.Repeat([]string{"https://x.example/"}, 21)}).want("invalid_input", "20 at most")
	if len(r.box.ClientApplications()) != made {
		t.Error("it was made")
	}
}
