package tools_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/tools"
)

const viewURI = "ui://awork-mcp/audit.html"

// page is the view as the server gives it, and its _meta.
func page(t *testing.T, d *fixture) (html string, ui any) {
	t.Helper()
	r := d.read(viewURI)
	var got struct{ Contents []map[string]any }
	if r.Error != nil || json.Unmarshal(r.Result, &got) != nil || len(got.Contents) != 1 {
		t.Fatalf("%s %+v", r.Result, r.Error)
	}
	c := got.Contents[0]
	if c["uri"] != viewURI || c["mimeType"] != "text/html;profile=mcp-app" {
		t.Errorf("%v %v", c["uri"], c["mimeType"])
	}
	html, _ = c["text"].(string)
	return html, at(c, "_meta", "ui")
}

func TestViewIsOffered(t *testing.T) {
	t.Parallel()
	bothEras(t, "page", setup{}, func(t *testing.T, d *fixture) {
		html, ui := page(t, d)
		if file, err := os.ReadFile("view/audit.html"); err != nil || html != string(file) {
			t.Errorf("another page than the file: %v", err)
		}
		if got := string(mustJSON(ui)); got != `{"csp":{},"prefersBorder":true}` {
			t.Errorf("_meta.ui of the content: %s", got)
		}
		list := string(d.rpc(t.Context(), "resources/list", map[string]any{}).Result)
		if !strings.Contains(list, `"uri":"`+viewURI+`"`) || !strings.Contains(list, `"mimeType":"text/html;profile=mcp-app"`) {
			t.Errorf("resources/list: %s", list)
		}
		d.nothingWritten()
	})
	bothEras(t, "no audit, no page", setup{policy: tools.Policy{Tools: []string{"check_access"}}}, func(t *testing.T, d *fixture) {
		if r := d.read(viewURI); r.Error == nil {
			t.Errorf("%s", r.Result)
		}
	})
	bothEras(t, "off", setup{}, func(t *testing.T, d *fixture) {
		off := d.with(tools.Options{NoView: true})
		off.era = d.era
		if r := off.read(viewURI); r.Error == nil {
			t.Errorf("%s", r.Result)
		}
		for _, method := range []string{"tools/list", "resources/list", "server/discover"} {
			if r := off.rpc(t.Context(), method, map[string]any{}); strings.Contains(string(r.Result), `"ui`) || strings.Contains(string(r.Result), "/ui\"") {
				t.Errorf("%s: %s", method, r.Result)
			}
		}
	})
}

// Views may call no tool that writes, and clients without views pay little.
func TestViewMetaOfTools(t *testing.T) {
	t.Parallel()
	list, _ := listed(t, everything()...)
	for _, tool := range list {
		want := "null"
		if at(tool, "annotations", "readOnlyHint") == false {
			want = `{"ui":{"visibility":["model"]}}`
		} else if tool["name"] == "audit_api_users" {
			want = `{"ui":{"resourceUri":"` + viewURI + `"}}`
		}
		if got := string(mustJSON(tool["_meta"])); got != want {
			t.Errorf("%s: %s, want %s", tool["name"], got, want)
		}
	}
	bothEras(t, "bytes", setup{}, func(t *testing.T, d *fixture) {
		off := d.with(tools.Options{NoView: true})
		off.era = d.era
		with, without := d.rpc(t.Context(), "tools/list", map[string]any{}), off.rpc(t.Context(), "tools/list", map[string]any{})
		if n := len(with.Result) - len(without.Result); n < 100 || n > 300 {
			t.Errorf("%d more bytes in tools/list", n)
		}
	})
}

func TestViewTitlesAndIcons(t *testing.T) {
	t.Parallel()
	bothEras(t, "server", setup{}, func(t *testing.T, d *fixture) {
		method, path := "server/discover", []any{"_meta", "io.modelcontextprotocol/serverInfo"}
		if d.era == legacy {
			method, path = "initialize", []any{"serverInfo"}
		}
		r := d.rpc(t.Context(), method, map[string]any{"protocolVersion": string(d.era), "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "t", "version": "1"}})
		var got map[string]any
		if r.Error != nil || json.Unmarshal(r.Result, &got) != nil {
			t.Fatalf("%s %+v", r.Result, r.Error)
		}
		info := at(got, path...)
		if at(info, "name") != "awork-mcp" || at(info, "version") != "test" || at(info, "title") != "awork API users" {
			t.Errorf("%v", info)
		}
		if at(got, "capabilities", "extensions", "io.modelcontextprotocol/ui") == nil {
			t.Errorf("the extension is not named: %v", got["capabilities"])
		}
		icons, _ := at(info, "icons").([]any)
		var themes []string
		for _, icon := range icons {
			themes = append(themes, at(icon, "theme").(string))
			if src, _ := at(icon, "src").(string); !strings.HasPrefix(src, "data:image/svg+xml;base64,") || len(src) > 2000 {
				t.Errorf("icon %q", src)
			}
		}
		if !slices.Equal(themes, []string{"light", "dark"}) {
			t.Errorf("icons for %v", themes)
		}
		if again := d.rpc(t.Context(), "tools/list", map[string]any{}); strings.Contains(string(again.Result), "data:image") {
			t.Error("lists repeat the icons")
		}
		for method, field := range map[string]string{"prompts/list": "prompts", "resources/list": "resources", "resources/templates/list": "resourceTemplates"} {
			var r map[string]any
			if err := json.Unmarshal(d.rpc(t.Context(), method, map[string]any{}).Result, &r); err != nil {
				t.Fatal(err)
			}
			all, _ := r[field].([]any)
			for _, one := range all {
				if title, _ := at(one, "title").(string); title == "" {
					t.Errorf("%s: %v has no title", method, at(one, "name"))
				}
			}
			if len(all) == 0 {
				t.Errorf("%s is empty", method)
			}
		}
	})
}

// The default content policy lets inline scripts run, so nothing may become markup;
// and it lets nothing leave.
func TestViewPage(t *testing.T) {
	t.Parallel()
	html, _ := page(t, open(t, setup{}))
	if len(html) >= 20_000 || len(html) < 5_000 {
		t.Errorf("%d bytes, want below 20,000", len(html))
	}
	for what, pattern := range map[string]string{
		"an address":             `(?i)https?:|wss?:|//[a-z]+\.|url\(|@import`,
		"something to load":      `(?i)\s(src|href|srcset|action|data)\s*=|<(link|iframe|object|embed|img|base)\b`,
		"a request":              `\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts)\b|\bimport\b`,
		"markup from text":       `innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|setHTML`,
		"code from text":         `\beval\b|\bFunction\(|javascript:`,
		"an inline handler":      `(?i)<[a-z][^>]*\son[a-z]+\s*=`,
		"storage":                `localStorage|sessionStorage|indexedDB|document\.cookie`,
		"a second script":        `(?s)<script.*<script`,
		"a height of the window": `\d+vh`,
	} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page has %s: %q", what, found)
		}
	}
	if n := strings.Count(html, `"tools/call"`); n != 1 || !strings.Contains(html, `request("tools/call", { name: "audit_api_users"`) {
		t.Errorf("the page calls tools in %d places", n)
	}
	if !strings.HasPrefix(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n") {
		t.Error("the page has no head where hosts look for it")
	}
}

// The page has a title for each rule that the audit of the seeded workspace uses, and
// words for each fix.
func TestViewKnowsTheRules(t *testing.T) {
	t.Parallel()
	d := open(t, setup{})
	html, _ := page(t, d)
	audit := d.call("audit_api_users", nil).want("found")
	if audit.str("workspace") != "Studio Nordlicht" {
		t.Errorf("the head needs the workspace: %s", audit.text)
	}
	for _, f := range audit.list("findings") {
		for _, key := range []any{at(f, "rule"), at(f, "fix", "tool")} {
			if name, _ := key.(string); !regexp.MustCompile(`\b` + name + `: ["\[]`).MatchString(html) {
				t.Errorf("the page does not know %v", key)
			}
		}
	}
}
