package sandbox

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// FaultKind names a way in which an answer goes wrong.
type FaultKind string

// The kinds of faults. Where a kind has a second form that ends in "-after",
// the request is carried out before the fault; the first form does not carry it
// out at all. An "after" on a request that awork would refuse changes nothing.
const (
	FaultLatency        FaultKind = "latency"         // Delay passes, then all is well
	FaultRateLimited    FaultKind = "rate-limited"    // 429, to be tried again in Reset seconds
	FaultStatus         FaultKind = "status"          // Status with awork's error body
	FaultStatusAfter    FaultKind = "status-after"    //
	FaultLostBefore     FaultKind = "lost-before"     // the connection is cut, nothing was done
	FaultLostAfter      FaultKind = "lost-after"      // it was done, then the connection is cut
	FaultHang           FaultKind = "hang"            // no answer until the client goes
	FaultHangAfter      FaultKind = "hang-after"      //
	FaultHTML           FaultKind = "html"            // 200 with a web page, as a wrong host answers
	FaultHTMLAfter      FaultKind = "html-after"      //
	FaultForbidden      FaultKind = "forbidden"       // 403 with a web page, as the edge firewall answers
	FaultHuge           FaultKind = "huge"            // 200 with the right JSON, padded to 5 MiB
	FaultHugeAfter      FaultKind = "huge-after"      //
	FaultBroken         FaultKind = "broken"          // 200 with the first half of the JSON
	FaultBrokenAfter    FaultKind = "broken-after"    //
	FaultTruncated      FaultKind = "truncated"       // the same, under the Content-Length of all
	FaultTruncatedAfter FaultKind = "truncated-after" //
	FaultRedirect       FaultKind = "redirect"        // 307 to Target with the request's path
	FaultBadToken       FaultKind = "bad-token"       // 401 as the gateway refuses a token
	FaultUnauthorized   FaultKind = "unauthorized"    // 401 as awork refuses a role
	FaultNotFound       FaultKind = "not-found"       // 404 as awork says it, though the record exists
	FaultNotFoundPlain  FaultKind = "not-found-plain" // 404 without awork's body
	FaultMissingFields  FaultKind = "missing-fields"  // done, but the answer's records lack id and name
	FaultForeign        FaultKind = "foreign"         // Status with Body, as something in between answers
	FaultForeignAfter   FaultKind = "foreign-after"   //
	FaultEmptyList      FaultKind = "empty-list"      // an answer that is a list has no records
	FaultSelfMissing    FaultKind = "self-missing"    // an answer that is a list lacks the caller's own record
	FaultFilterIgnored  FaultKind = "filter-ignored"  // filterby is taken for no filter
	FaultFilterRefused  FaultKind = "filter-refused"  // 400 where there is a filterby
	FaultOrderIgnored   FaultKind = "order-ignored"   // orderby is taken for no order
)

// FaultKinds lists the kinds that fit any request and need nothing but their
// name (latency apart, which needs a delay).
func FaultKinds() []FaultKind {
	return []FaultKind{
		FaultLatency, FaultRateLimited, FaultStatus, FaultStatusAfter, FaultLostBefore, FaultLostAfter,
		FaultHang, FaultHangAfter, FaultHTML, FaultHTMLAfter, FaultForbidden, FaultHuge, FaultHugeAfter,
		FaultBroken, FaultBrokenAfter, FaultTruncated, FaultTruncatedAfter, FaultRedirect, FaultBadToken,
		FaultUnauthorized, FaultNotFound, FaultNotFoundPlain, FaultMissingFields,
	}
}

// allKinds lists all kinds.
func allKinds() []FaultKind {
	return append(FaultKinds(), FaultForeign, FaultForeignAfter, FaultEmptyList, FaultSelfMissing,
		FaultFilterIgnored, FaultFilterRefused, FaultOrderIgnored)
}

// The bodies of a foreign answer, none of which awork sends.
const (
	BodyHTML    = "html"    // a page
	BodyEmpty   = "empty"   // nothing
	BodyJSON    = "json"    // {"error":"blocked"}
	BodyCode    = "code"    // {"code":"forbidden"}
	BodySuccess = "success" // {"success":false}
)

// Faults lists every fault that a test of all faults has to meet: each kind in
// each of its forms, latency apart, for any request and without an end.
func Faults() []Fault {
	var all []Fault
	for _, kind := range allKinds() {
		switch kind {
		case FaultLatency: // no fault by itself
		case FaultForeign, FaultForeignAfter:
			for _, status := range []int{307, 400, 401, 403, 404, 405, 408, 409, 425} {
				for _, body := range []string{BodyHTML, BodyEmpty, BodyJSON} {
					all = append(all, Fault{Kind: kind, Status: status, Body: body})
				}
			}
			all = append(all,
				Fault{Kind: kind, Status: 200, Body: BodyCode}, Fault{Kind: kind, Status: 200, Body: BodySuccess})
		default:
			all = append(all, Fault{Kind: kind})
		}
	}
	return all
}

// Fault goes wrong on the requests that fit Method and Path. A request meets
// the faults in their order: each latency that fits adds up, and the first
// other fault that fits is the answer.
//
// Mind that Go's http.Transport sends a GET again by itself when a reused
// connection is cut before an answer.
type Fault struct {
	Kind   FaultKind
	Method string        // empty: any
	Path   string        // below BasePath, as in "/apiusers/*" where * is one segment; empty: any
	Skip   int           // so many fitting requests pass first
	Times  int           // so many are hit after that; 0: all
	Delay  time.Duration // passes first, with any kind
	Status int           // of status and status-after, where 0 means 500, and of foreign and foreign-after
	Body   string        // of foreign and foreign-after: html, empty, json, code or success
	Code   string        // awork's error code for them; empty: one that suits Status
	Reset  int           // seconds, of rate-limited; 0: 1
	Target string        // of redirect, a base URL; empty: a port on loopback where nobody listens
}

// Validate returns what is wrong with a fault, nil if nothing is.
func (f Fault) Validate() error {
	isStatus := f.Kind == FaultStatus || f.Kind == FaultStatusAfter
	isForeign := f.Kind == FaultForeign || f.Kind == FaultForeignAfter
	bodies := []string{BodyHTML, BodyEmpty, BodyJSON, BodyCode, BodySuccess}
	switch {
	case !slices.Contains(allKinds(), f.Kind):
		return fmt.Errorf("no fault is called %q; there are %s", f.Kind, kindList())
	case f.Path != "" && !strings.HasPrefix(f.Path, "/"):
		return fmt.Errorf("the path %q of fault %s does not begin with a slash", f.Path, f.Kind)
	case badPattern(f.Path):
		return fmt.Errorf("the path %q of fault %s is no pattern", f.Path, f.Kind)
	case f.Skip < 0 || f.Times < 0 || f.Delay < 0 || f.Reset < 0:
		return fmt.Errorf("fault %s has a negative number", f.Kind)
	case f.Kind == FaultLatency && f.Delay == 0:
		return fmt.Errorf("fault latency needs a delay, as in latency:delay=150ms")
	case isForeign && (f.Status < 200 || f.Status > 599 || f.Status == 204 || f.Status == 304):
		return fmt.Errorf("fault %s needs a status between 200 and 599 that has a body, as in status=403", f.Kind)
	case isForeign && !slices.Contains(bodies, f.Body):
		return fmt.Errorf("fault %s needs a body: %s", f.Kind, strings.Join(bodies, ", "))
	case !isForeign && f.Body != "":
		return fmt.Errorf("fault %s takes no body; only foreign and foreign-after do", f.Kind)
	case !isForeign && !isStatus && f.Status != 0 || !isStatus && f.Code != "":
		return fmt.Errorf("fault %s takes no such status or code", f.Kind)
	case isStatus && f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("fault %s has the status %d, which is not between 400 and 599", f.Kind, f.Status)
	case f.Reset != 0 && f.Kind != FaultRateLimited:
		return fmt.Errorf("fault %s takes no reset; only rate-limited does", f.Kind)
	case f.Target != "" && f.Kind != FaultRedirect:
		return fmt.Errorf("fault %s takes no target; only redirect does", f.Kind)
	}
	return nil
}

func badPattern(pattern string) bool {
	_, err := path.Match(pattern, "/")
	return err != nil
}

func kindList() string {
	var names []string
	for _, k := range allKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func (f Fault) fits(method, requestPath string) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, method) {
		return false
	}
	matched, _ := path.Match(f.Path, requestPath)
	return f.Path == "" || matched
}

type activeFault struct {
	Fault
	met int // fitting requests so far
}

type faultList struct {
	mu     sync.Mutex
	active []*activeFault
}

func (l *faultList) add(faults []Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range faults {
		l.active = append(l.active, &activeFault{Fault: f})
	}
}

func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = nil
}

// take counts the request against the faults it meets and returns how long it
// has to wait and what it gets, nil for the proper answer.
func (l *faultList) take(method, requestPath string) (time.Duration, *Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var delay time.Duration
	for _, f := range l.active {
		if !f.fits(method, requestPath) {
			continue
		}
		f.met++
		if f.met <= f.Skip || f.Times > 0 && f.met > f.Skip+f.Times {
			continue
		}
		delay += f.Delay
		if f.Kind != FaultLatency {
			hit := f.Fault
			return delay, &hit
		}
	}
	return delay, nil
}
