package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"strconv"
	"strings"
)

const (
	hugeBody = 5 << 20
	webPage  = "<!DOCTYPE html>\n<html><head><title>awork</title></head><body><div id=\"app\"></div></body></html>\n"
	htmlType = "text/html; charset=utf-8"

	blockedPage = "<html><body><h1>403 Forbidden</h1><p>The request was blocked.</p></body></html>\n"
)

// carriesOut reports whether a request of a method is carried out under the
// fault. Reading does no harm: where the fault spoils the proper answer, it is
// read.
func (f Fault) carriesOut(method string) bool {
	switch f.Kind {
	case FaultLostAfter, FaultMissingFields, FaultEmptyList, FaultSelfMissing,
		FaultFilterIgnored, FaultFilterRefused, FaultOrderIgnored:
		return true
	case FaultHuge, FaultBroken, FaultTruncated:
		return method == http.MethodGet
	}
	return strings.HasSuffix(string(f.Kind), "-after")
}

// prepare changes what a call asks for where the fault is not to hear it.
func (f Fault) prepare(c *call) {
	switch f.Kind {
	case FaultFilterIgnored:
		c.query.Del("filterby")
	case FaultOrderIgnored:
		c.query.Del("orderby")
	}
}

// injectFault returns the answer that a fault makes of a request. proper is the
// answer that it would have had, the zero reply where it was not carried out.
func injectFault(f Fault, c *call, proper reply) reply {
	switch kind := FaultKind(strings.TrimSuffix(string(f.Kind), "-after")); kind {
	case FaultHuge, FaultBroken, FaultTruncated:
		return spoil(kind, proper)
	case FaultRateLimited:
		return rateLimited(f)
	case FaultStatus:
		return failed(f)
	case FaultLostBefore, "lost":
		return reply{cut: true}
	case FaultHang:
		return reply{hang: true}
	case FaultHTML:
		return text(http.StatusOK, htmlType, webPage)
	case FaultForbidden:
		p := text(http.StatusForbidden, htmlType, blockedPage)
		p.header = [][2]string{{"X-Edge-Ref", "edge-" + c.trace[:12]}}
		return p
	case FaultRedirect:
		p := reply{status: http.StatusTemporaryRedirect}
		p.header = [][2]string{{"Location", redirectTarget(f, c)}}
		return p
	case FaultForeign:
		return foreign(f, c)
	case FaultBadToken:
		return badToken("Bad token; invalid JSON")
	case FaultUnauthorized:
		return denied("the resource").reply()
	case FaultNotFound:
		return missing("record", path.Base(c.path)).reply()
	case FaultNotFoundPlain:
		return text(http.StatusNotFound, "text/plain; charset=utf-8", "404 page not found\n")
	case FaultMissingFields:
		return withoutFields(proper)
	case FaultEmptyList:
		return withoutRecords(proper, "")
	case FaultSelfMissing:
		return withoutRecords(proper, c.caller.id())
	case FaultFilterIgnored, FaultOrderIgnored:
		return proper
	case FaultFilterRefused:
		if !c.query.Has("filterby") {
			return proper
		}
		return invalidExpression("filterby", errors.New("this area takes no filter")).reply()
	}
	panic("sandbox: no answer for fault " + string(f.Kind))
}

func rateLimited(f Fault) reply {
	p := tooManyRequests()
	p.header = [][2]string{
		{"Ratelimit-Remaining", "0"},
		{"Ratelimit-Reset", strconv.Itoa(max(f.Reset, 1))},
		{"X-Ratelimit-Remaining-Second", "0"},
	}
	if f.Reset > 1 {
		p.header = append(p.header, [2]string{"X-Ratelimit-Remaining-Minute", "0"})
	}
	return p
}

func failed(f Fault) reply {
	e := apiError{status: f.Status, code: f.Code, description: "An internal error occurred."}
	if e.status == 0 {
		e.status = http.StatusInternalServerError
	}
	if e.code == "" {
		switch e.status {
		case http.StatusBadRequest:
			e.code, e.description = "concurrency-violation", "Concurrent processes changed the data."
		case http.StatusUnauthorized:
			e.code, e.description = "unauthorized", "The owner of the request has insufficient permissions."
		case http.StatusNotFound:
			e.code, e.description = "not-found", "The requested resource could not be located."
		default:
			e.code = "server-error"
		}
	}
	return e.reply()
}

// redirectTarget leads to the port of the discard service where a fault has no
// other one.
func redirectTarget(f Fault, c *call) string {
	return strings.TrimSuffix(cmp.Or(f.Target, "http://localhost:9"), "/") + c.r.URL.RequestURI()
}

// foreign is the answer of a proxy, a firewall or a portal in between.
func foreign(f Fault, c *call) reply {
	p := reply{status: f.Status}
	switch f.Body {
	case BodyHTML:
		p = text(f.Status, htmlType, "<html><body><h1>"+http.StatusText(f.Status)+"</h1></body></html>\n")
	case BodyJSON:
		p.body = map[string]string{"error": "blocked"}
	case BodyCode:
		p.body = map[string]string{"code": "forbidden"}
	case BodySuccess:
		p.body = map[string]bool{"success": false}
	}
	if f.Status >= 300 && f.Status < 400 {
		p.header = [][2]string{{"Location", redirectTarget(f, c)}}
	}
	return p
}

// spoil sends the proper answer's JSON, or some if there is none, as 200: too
// large, or half of it with its own length or with that of all of it.
func spoil(kind FaultKind, proper reply) reply {
	all := proper.encoded()
	if len(all) == 0 {
		all = []byte(`{"message":"done"}`)
	}
	p := reply{status: http.StatusOK, header: proper.header, contentType: "application/json; charset=utf-8"}
	switch kind {
	case FaultHuge:
		// The padding comes first: a reader that stops at the end of the JSON
		// value must read it all.
		p.raw = bytes.Repeat([]byte{' '}, hugeBody+len(all))
		copy(p.raw[hugeBody:], all)
	case FaultBroken:
		p.raw = all[:len(all)/2]
	case FaultTruncated:
		p.raw, p.declared = all[:len(all)/2], len(all)
	}
	return p
}

// withoutFields takes id and name from the record or records of an answer.
func withoutFields(proper reply) reply {
	if proper.body == nil || proper.status != http.StatusOK {
		return proper
	}
	var body any
	if err := json.Unmarshal(proper.encoded(), &body); err != nil {
		panic("sandbox: " + err.Error()) // it was encoded right now
	}
	records, isList := body.([]any)
	if !isList {
		records = []any{body}
	}
	for _, r := range records {
		if fields, isRecord := r.(map[string]any); isRecord {
			delete(fields, "id")
			delete(fields, "name")
		}
	}
	proper.body = body
	return proper
}

// withoutRecords takes the record with an id from an answer that is a list, or
// all records where id is empty.
func withoutRecords(proper reply, id string) reply {
	if proper.body == nil || proper.status != http.StatusOK {
		return proper
	}
	var records []map[string]any
	if json.Unmarshal(proper.encoded(), &records) != nil {
		return proper // one record, or no records at all
	}
	left := []map[string]any{}
	for _, r := range records {
		if id != "" && r["id"] != id {
			left = append(left, r)
		}
	}
	proper.body = left
	for i, h := range proper.header {
		if total, err := strconv.Atoi(h[1]); err == nil && (h[0] == "Aw-Items" || h[0] == "Aw-Totalitems") {
			proper.header[i][1] = strconv.Itoa(total - len(records) + len(left))
		}
	}
	return proper
}
