package tools_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// sentWrite is a write as awork gets it.
type sentWrite struct {
	kind     string // delete, update, create or key, of an API user; secret, or METHOD of a client application
	id       string // of the API user
	clientID string
	form     struct {
		Name, RoleID, ClientID, APIUserID, DisplayName string
		IsConfidential                                 bool
		RedirectURIs                                   []string
	}
}

func parseWrite(req *http.Request, body []byte) sentWrite {
	segments := strings.Split(strings.TrimPrefix(req.URL.EscapedPath(), "/api/v1/"), "/")
	var id string
	if len(segments) > 1 {
		id, _ = url.PathUnescape(segments[1])
	}
	var s sentWrite
	_ = json.Unmarshal(body, &s.form)
	switch {
	case segments[0] == "apiusers":
		s.kind, s.id = map[string]string{"DELETE": "delete", "PUT": "update", "POST": "create"}[req.Method], id
	case len(segments) == 3 && segments[2] == "generateapikey":
		s.kind, s.id, s.clientID = "key", s.form.APIUserID, id
	case len(segments) == 3:
		s.kind, s.clientID = "secret", id
	default:
		s.kind, s.clientID = req.Method, id
	}
	return s
}

// deeds are the effects of a call's writes, as the sandbox had them.
type deeds struct{ deleted, updated, made, keys, clientsMade, clientsDeleted []string }

// RoundTrip carries requests to the sandbox, and judges the writes among them.
func (w *carelessWorld) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return w.upstream.RoundTrip(req)
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.counts.add(&w.counts.writes)
	a, _ := req.Context().Value(attemptKey{}).(*attempt)
	if w.misdirect && req.Method == http.MethodDelete {
		req.URL.Path = "/api/v1/apiusers/" + sandbox.WebsiteFormsID
	}
	s := parseWrite(req, body)
	if a == nil {
		w.report(withoutYes, nil, s.kind+" "+s.id)
		return w.upstream.RoundTrip(req)
	}
	w.judge(a, s)
	before, clients := w.records(), w.clients()
	if w.swallow && s.kind == "delete" {
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Header: http.Header{}, Request: req}, nil
	}
	resp, err := w.upstream.RoundTrip(req)
	a.note(s, before, w.records(), clients, w.clients())
	return resp, err
}

func (w *carelessWorld) clients() map[string]bool {
	m := map[string]bool{}
	for _, app := range w.box.ClientApplications() {
		m[app.ClientID] = true
	}
	return m
}

// note writes down what a write did. Several of one call may be under way, each to
// a record of its own.
func (a *attempt) note(s sentWrite, before, after map[string]sandbox.APIUser, clients, clientsAfter map[string]bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	was, stood := before[s.id]
	is, stands := after[s.id]
	switch {
	case s.kind == "delete" && stood && !stands:
		a.did.deleted = append(a.did.deleted, s.id)
	case s.kind == "update" && stands && (was.Name != is.Name || was.RoleID != is.RoleID):
		a.did.updated = append(a.did.updated, s.id)
	case s.kind == "key":
		a.did.keys = append(a.did.keys, s.id)
	case s.kind == "create":
		for id := range after {
			if _, old := before[id]; !old {
				a.did.made = append(a.did.made, id)
			}
		}
	case s.kind == "POST" && !clients[s.form.ClientID] && clientsAfter[s.form.ClientID]:
		a.did.clientsMade = append(a.did.clientsMade, s.form.ClientID)
	case s.kind == "DELETE" && clients[s.clientID] && !clientsAfter[s.clientID]:
		a.did.clientsDeleted = append(a.did.clientsDeleted, s.clientID)
	}
}

// judge holds a write to what its call asked for, what a human agreed to, and the
// policy.
func (w *carelessWorld) judge(a *attempt, s sentWrite) {
	a.mu.Lock()
	repeated := a.written[s.id]
	a.written[s.id] = true
	asks := slices.Clone(a.asks)
	a.mu.Unlock()
	now, there := w.box.APIUser(s.id)
	_, old := a.before[s.id]
	if old && !a.names(s.id) {
		w.report(wrongRecord, a, s.kind+" of "+s.id+", which the call does not name")
	}
	if broken := w.brokenPolicy(a, s, now, there); broken != "" {
		w.report(againstPolicy, a, broken)
	}
	if !w.isAsked(a, s, now) || w.policy.Confirm == "never" {
		return
	}
	i := slices.IndexFunc(asks, func(q shownQuestion) bool { return q.yes && strings.Contains(q.text, a.subject(s, old)) })
	switch {
	case a.session.forms && i < 0:
		w.report(withoutYes, a, s.kind+" of "+s.id)
	case a.session.forms && old && !repeated && asks[i].records[s.id] != now:
		w.report(wrongRecord, a, s.id+" is another than the human agreed to")
	case a.session.forms || w.policy.Confirm == "auto":
	case w.policy.Confirm == "human":
		w.report(withoutYes, a, s.kind+" where nobody could be asked")
	case !w.usesCode(a):
		w.report(withoutYes, a, s.kind+" without a code for it")
	}
}

// subject is what a question about a write has to show.
func (a *attempt) subject(s sentWrite, old bool) string {
	id, _ := a.args["apiUserId"].(string)
	name, _ := a.args["name"].(string)
	switch {
	case s.id == "" && s.clientID != "":
		return s.clientID
	case old:
		return s.id
	case a.tool == "rotate_api_key":
		return canonical(id)
	}
	return name
}

// names reports whether the call's arguments name an API user.
func (a *attempt) names(id string) bool {
	named := false
	var sent any
	_ = json.Unmarshal(mustJSON(a.args), &sent) // which it was made of
	eachText(sent, func(s string) { named = named || canonical(s) == id })
	return named
}

// usesCode reports whether the call brings a code that was given for the same call,
// for the first time and in time.
func (w *carelessWorld) usesCode(a *attempt) bool {
	text, _ := a.args["confirmationCode"].(string)
	code := a.session.codes[text]
	if code == nil || code.call != w.meaning(a) || time.Since(code.at) > 5*time.Minute {
		return false
	}
	if code.used {
		return a.code == code
	}
	code.used, a.code = true, code
	return true
}

// meaning is what a call comes to, however it is written.
func (w *carelessWorld) meaning(a *attempt) string {
	means := map[string]any{"tool": a.tool, "role": w.wantedRole(a)}
	for key, v := range a.args {
		switch id, _ := v.(string); key {
		case "confirmationCode", "preview", "roleId", "admin":
		case "apiUserId":
			means[key] = canonical(id)
		default:
			means[key] = v
		}
	}
	return string(mustJSON(means))
}

// wantedRole is the role that a call would give.
func (w *carelessWorld) wantedRole(a *attempt) string {
	if role, _ := a.args["roleId"].(string); role != "" {
		return role
	}
	if admin, _ := a.args["admin"].(bool); admin {
		return sandbox.AdminRoleID
	}
	return ""
}
