package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads a fault as a flag gives it:
//
//	kind[:METHOD][:path][:key=value…]
//
// such as lost-after:DELETE:/apiusers/*:times=1 or
// status:GET:/apiusers:status=503:times=2 or latency::/apiusers:delay=150ms.
// The keys are skip, times, delay, status, code, reset and target, which has to
// be the last, for a URL has colons of its own.
func ParseFault(text string) (Fault, error) {
	kind, rest, _ := strings.Cut(text, ":")
	f := Fault{Kind: FaultKind(kind)}
	if !slices.Contains(FaultKinds(), f.Kind) {
		return Fault{}, f.Validate()
	}
	fail := func(format string, args ...any) (Fault, error) {
		return Fault{}, fmt.Errorf("fault %q: %s", text, fmt.Sprintf(format, args...))
	}
	methodSeen, pathSeen := false, false
	for rest != "" {
		if target, found := strings.CutPrefix(rest, "target="); found {
			f.Target = target
			break
		}
		var part string
		part, rest, _ = strings.Cut(rest, ":")
		key, val, isOption := strings.Cut(part, "=")
		switch {
		case strings.HasPrefix(part, "/"):
			if pathSeen {
				return fail("%q is a second path", part)
			}
			f.Path, methodSeen, pathSeen = part, true, true
		case isOption:
			if err := f.set(key, val); err != nil {
				return fail("%v", err)
			}
			methodSeen, pathSeen = true, true
		case part == "" && !methodSeen:
			methodSeen = true // any method
		case part == "" && !pathSeen:
			pathSeen = true // any path
		case methodSeen:
			return fail("%q is neither a path, which begins with a slash, nor key=value", part)
		default:
			f.Method, methodSeen = strings.ToUpper(part), true
			if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}, f.Method) {
				return fail("%q is no method; there are GET, POST, PUT and DELETE", part)
			}
		}
	}
	if err := f.Validate(); err != nil {
		return fail("%v", err)
	}
	return f, nil
}

func (f *Fault) set(key, val string) (err error) {
	number := func(to *int) error {
		n, err := strconv.Atoi(val)
		if err != nil {
			return fmt.Errorf("%s=%q is no whole number", key, val)
		}
		*to = n
		return nil
	}
	switch key {
	case "skip":
		return number(&f.Skip)
	case "times":
		return number(&f.Times)
	case "status":
		return number(&f.Status)
	case "reset":
		return number(&f.Reset)
	case "code":
		f.Code = val
	case "delay":
		if f.Delay, err = time.ParseDuration(val); err != nil {
			return fmt.Errorf("delay=%q is no duration such as 150ms", val)
		}
	default:
		return fmt.Errorf("%q is no key; there are skip, times, delay, status, code, reset and target", key)
	}
	return nil
}

// String gives the fault in the form that ParseFault reads.
func (f Fault) String() string {
	parts := []string{string(f.Kind)}
	if f.Method != "" || f.Path != "" {
		parts = append(parts, f.Method)
	}
	if f.Path != "" {
		parts = append(parts, f.Path)
	}
	option := func(key string, set bool, val any) {
		if set {
			parts = append(parts, fmt.Sprintf("%s=%v", key, val))
		}
	}
	option("skip", f.Skip != 0, f.Skip)
	option("times", f.Times != 0, f.Times)
	option("delay", f.Delay != 0, f.Delay)
	option("status", f.Status != 0, f.Status)
	option("code", f.Code != "", f.Code)
	option("reset", f.Reset != 0, f.Reset)
	option("target", f.Target != "", f.Target)
	return strings.Join(parts, ":")
}
