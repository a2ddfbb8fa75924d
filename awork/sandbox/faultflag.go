package sandbox

import (
	"fmt"
	"net/http"
	"reflect"
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
// The keys are skip, times, delay, status, code, body, reset and target, which
// has to be the last, for a URL has colons of its own.
func ParseFault(text string) (Fault, error) {
	kind, rest, _ := strings.Cut(text, ":")
	f := Fault{Kind: FaultKind(kind)}
	if !slices.Contains(allKinds(), f.Kind) {
		return Fault{}, f.Validate()
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
				return Fault{}, fmt.Errorf("fault %q: %q is a second path", text, part)
			}
			f.Path, methodSeen, pathSeen = part, true, true
		case isOption:
			if err := f.set(key, val); err != nil {
				return Fault{}, fmt.Errorf("fault %q: %w", text, err)
			}
			methodSeen, pathSeen = true, true
		case part == "" && !methodSeen:
			methodSeen = true // any method
		case part == "" && !pathSeen:
			pathSeen = true // any path
		case methodSeen:
			const message = "fault %q: %q is neither a path, which begins with a slash, nor key=value"
			return Fault{}, fmt.Errorf(message, text, part)
		case !slices.Contains(methods(), strings.ToUpper(part)):
			return Fault{}, fmt.Errorf("fault %q: %q is no method; there are GET, POST, PUT and DELETE", text, part)
		default:
			f.Method, methodSeen = strings.ToUpper(part), true
		}
	}
	if err := f.Validate(); err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

func methods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}
}

func (f *Fault) set(key, val string) (err error) {
	switch key {
	case "skip":
		f.Skip, err = number(key, val)
	case "times":
		f.Times, err = number(key, val)
	case "status":
		f.Status, err = number(key, val)
	case "reset":
		f.Reset, err = number(key, val)
	case "code":
		f.Code = val
	case "body":
		f.Body = val
	case "delay":
		if f.Delay, err = time.ParseDuration(val); err != nil {
			err = fmt.Errorf("delay=%q is no duration such as 150ms", val)
		}
	default:
		err = fmt.Errorf("%q is no key; there are skip, times, delay, status, code, body, reset and target", key)
	}
	return err
}

func number(key, val string) (int, error) {
	n, err := strconv.Atoi(val)
	if err != nil {
		return 0, fmt.Errorf("%s=%q is no integer", key, val)
	}
	return n, nil
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
	for _, o := range []struct {
		key   string
		value any
	}{
		{"skip", f.Skip}, {"times", f.Times}, {"delay", f.Delay}, {"status", f.Status},
		{"code", f.Code}, {"body", f.Body}, {"reset", f.Reset}, {"target", f.Target},
	} {
		if !reflect.ValueOf(o.value).IsZero() {
			parts = append(parts, fmt.Sprintf("%s=%v", o.key, o.value))
		}
	}
	return strings.Join(parts, ":")
}
