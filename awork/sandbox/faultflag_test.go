package sandbox

import (
	"strings"
	"testing"
	"time"
)

func TestParseFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Fault{
		"hang":                                  {Kind: FaultHang},
		"html:":                                 {Kind: FaultHTML},
		"forbidden:get":                         {Kind: FaultForbidden, Method: "GET"},
		"huge:/users":                           {Kind: FaultHuge, Path: "/users"},
		"broken:GET:/users":                     {Kind: FaultBroken, Method: "GET", Path: "/users"},
		"lost-after:DELETE:/apiusers/*:times=1": {Kind: FaultLostAfter, Method: "DELETE", Path: "/apiusers/*", Times: 1},
		"status:GET:/apiusers:status=503:times=2": {
			Kind: FaultStatus, Method: "GET", Path: "/apiusers", Status: 503, Times: 2,
		},
		"latency::/apiusers:delay=150ms":            {Kind: FaultLatency, Path: "/apiusers", Delay: 150 * time.Millisecond},
		"rate-limited:reset=3:skip=2":               {Kind: FaultRateLimited, Reset: 3, Skip: 2},
		"status-after:status=400:code=server-error": {Kind: FaultStatusAfter, Status: 400, Code: "server-error"},
		"foreign-after:PUT:status=425:body=json": {
			Kind: FaultForeignAfter, Method: "PUT", Status: 425, Body: BodyJSON,
		},
		"redirect:::times=1:target=http://[::1]:80": {Kind: FaultRedirect, Times: 1, Target: "http://[::1]:80"},
	} {
		got, err := ParseFault(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if again, err := ParseFault(want.String()); err != nil || again != want {
			t.Errorf("%s: %+v, %v", want, again, err)
		}
	}
}

func TestParseFaultRefusals(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                        "there are latency, rate-limited",
		"slow":                    `no fault is called "slow"; there are latency`,
		"latency":                 "needs a delay, as in latency:delay=150ms",
		"latency:delay=fast":      "no duration",
		"html:times=often":        "no integer",
		"html:times=-1":           "negative",
		"html:speed=1":            `"speed" is no key; there are skip`,
		"html:PATCH":              "there are GET, POST, PUT and DELETE",
		"html:GET:apiusers":       "begins with a slash",
		"html:/me:/users":         "second path",
		"html:/me:GET":            "neither a path",
		"html:GET:::":             "neither a path",
		"html:target=http://x":    "takes no target",
		"status:status=99":        "between 400 and 599",
		"hang:/[":                 "no pattern",
		"foreign:status=403":      "needs a body: html, empty, json, code, success",
		"unauthorized:status=403": "takes no such status",
	} {
		if f, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %+v, %v", text, f, err)
		}
	}
}
