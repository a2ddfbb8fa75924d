package sandbox

import (
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"
)

const (
	hugeBody = 5 << 20
	webPage  = "<!DOCTYPE html>\n<html><head><title>awork</title></head><body><div id=\"app\"></div></body></html>\n"
	htmlType = "text/html; charset=utf-8"
)

// misbehave gives the answer that a fault makes of a request.
func (s *Sandbox) misbehave(f Fault, c *call) reply {
	kind, after := strings.CutSuffix(string(f.Kind), "-after")
	switch f.Kind {
	case FaultLostAfter:
		kind = string(FaultLostBefore)
	case FaultMissingFields:
		after = true
	}
	var proper reply
	switch FaultKind(kind) {
	case FaultHuge, FaultBroken, FaultTruncated:
		// What is spoilt is the proper answer, which reading does no harm.
		if after || c.r.Method == http.MethodGet {
			proper = s.answer(c)
		}
		return spoil(FaultKind(kind), proper)
	}
	if after {
		proper = s.answer(c)
	}
	switch FaultKind(kind) {
	case FaultRateLimited:
		return rateLimited(f)
	case FaultStatus:
		return failed(f)
	case FaultLostBefore:
		return reply{cut: true}
	case FaultHang:
		return reply{hang: true}
	case FaultHTML:
		return text(http.StatusOK, htmlType, webPage)
	case FaultForbidden:
		p := text(http.StatusForbidden, htmlType, "<html><body><h1>403 Forbidden</h1><p>The request was blocked.</p></body></html>\n")
		p.header = [][2]string{{"X-Edge-Ref", "edge-" + c.trace[:12]}}
		return p
	case FaultRedirect:
		return redirected(f, c)
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

func redirected(f Fault, c *call) reply {
	target := f.Target
	if target == "" {
		target = "http://localhost:9" // the port of the discard service
	}
	p := reply{status: http.StatusTemporaryRedirect}
	p.header = [][2]string{{"Location", strings.TrimSuffix(target, "/") + c.r.URL.RequestURI()}}
	return p
}

// spoil sends the proper answer's JSON, or some if there is none, as 200: too
// large, or half of it with its own length or with that of the whole.
func spoil(kind FaultKind, proper reply) reply {
	whole := proper.encoded()
	if len(whole) == 0 {
		whole = []byte(`{"message":"done"}`)
	}
	p := reply{status: http.StatusOK, header: proper.header, contentType: "application/json; charset=utf-8"}
	switch kind {
	case FaultHuge:
		// The padding comes first: a reader that stops at the end of the JSON
		// value must read it all.
		p.raw = append(make([]byte, 0, hugeBody+len(whole)), strings.Repeat(" ", hugeBody)...)
		p.raw = append(p.raw, whole...)
	case FaultBroken:
		p.raw = whole[:len(whole)/2]
	case FaultTruncated:
		p.raw, p.declared = whole[:len(whole)/2], len(whole)
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
