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

	blockedPage = "<html><body><h1>403 Forbidden</h1><p>The request was blocked.</p></body></html>\n"
)

// carriesOut reports whether a request of a method is carried out under the
// fault. Reading does no harm: where the fault spoils the proper answer, it is
// read.
func (f Fault) carriesOut(method string) bool {
	switch f.Kind {
	case FaultLostAfter, FaultMissingFields:
		return true
	case FaultHuge, FaultBroken, FaultTruncated:
		return method == http.MethodGet
	}
	return strings.HasSuffix(string(f.Kind), "-after")
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
		p.raw = append(make([]byte, 0, hugeBody+len(all)), strings.Repeat(" ", hugeBody)...)
		p.raw = append(p.raw, all...)
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
