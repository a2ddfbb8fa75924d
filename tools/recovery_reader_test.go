package tools_test

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A reader without understanding: it knows the names of tools and arguments, what
// is quoted, and a handful of turns of phrase, and finds with them what to call
// after a refusal.

// toolArguments are the arguments of each tool, and which of them it requires.
type toolArguments map[string]struct{ known, required []string }

func readToolArguments() (toolArguments, error) {
	list, err := listOf(everything()...)
	all := toolArguments{}
	for _, tool := range list {
		entry := all[tool["name"].(string)]
		properties, _ := at(tool, "inputSchema", "properties").(map[string]any)
		entry.known = slices.Sorted(maps.Keys(properties))
		required, _ := at(tool, "inputSchema", "required").([]any)
		for _, name := range required {
			entry.required = append(entry.required, name.(string))
		}
		all[tool["name"].(string)] = entry
	}
	return all, err
}

// next is what a reader does about a refusal: a call, after so many seconds, or
// nothing but to hand it to whoever runs the server.
type next struct {
	how     string
	call    scenario
	seconds int
}

// What a reader does that makes no call: it asks whoever runs the server, or takes a
// human's no for a no.
const (
	toOperator = "operator"
	toHuman    = "a human's no"
)

var (
	quotedValue = regexp.MustCompile(`"((?:\\.|[^"\\])*)"`)
	anID        = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	again       = regexp.MustCompile(`(?i)\b(try again|calls? again|calling again|asks anew|repeat the (same )?call)\b`)
	example     = regexp.MustCompile(`such as ((?:GET )?[^\s,;]+[^\s,;.])`)
	limits      = regexp.MustCompile(`from (\d+) to \d+|1 to (\d+)|at most (\d+)|(\d+) at most`)
	leaveOut    = regexp.MustCompile(`(?i)(?:leave|leaving) ([a-zA-Z, ]+?) out|without (it)`)
	settings    = regexp.MustCompile(
		`--[a-z][a-z-]+|\bAWORK_[A-Z_]+\b|X-Awork-Token|awork's settings|the server's log|awork-mcp doctor`)
	jsonValue   = regexp.MustCompile(`the JSON value (true|false)`)
	listOfNames = regexp.MustCompile(`(?: are| names) ("(?:\\.|[^"\\])*")`)
)

// whatNext returns what the reader makes of the result of a call.
func (all toolArguments) whatNext(c scenario, r map[string]any) next {
	message, _ := r["message"].(string)
	if code, _ := r["confirmationCode"].(string); code != "" {
		return next{how: "confirmationCode", call: c.with("confirmationCode", code)}
	}
	if seconds, _ := r["retryAfterSeconds"].(float64); seconds > 0 {
		return next{how: "retryAfterSeconds", call: c.withLeft(r), seconds: int(seconds)}
	}
	if fix, ok := firstCall(r); ok {
		return next{how: "cleanUp", call: fix}
	}
	if call, ok := all.corrected(c, message); ok {
		return next{how: "corrected", call: call}
	}
	unquoted := quotedValue.ReplaceAllString(message, "Q")
	for _, name := range all.carefullyOrdered() {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(unquoted) {
			continue
		}
		if call, ok := all.fill(name, c, r); ok {
			return next{how: "named tool", call: call}
		}
	}
	switch {
	case strings.Contains(unquoted, "unless they ask"):
		return next{how: toHuman}
	case again.MatchString(unquoted):
		return next{how: "again", call: c.withLeft(r), seconds: 61}
	case settings.MatchString(unquoted) || r["requiredPermission"] != nil:
		return next{how: toOperator}
	}
	return next{how: "nothing"}
}

// carefullyOrdered are the tools, those that only read first.
func (all toolArguments) carefullyOrdered() []string {
	return slices.SortedFunc(maps.Keys(all), func(x, y string) int {
		return cmp.Or(cmp.Compare(all.writes(x), all.writes(y)), cmp.Compare(x, y))
	})
}

// writes is 1 for a tool that writes, whose calls can be previewed.
func (all toolArguments) writes(name string) int {
	if slices.Contains(all[name].known, "preview") {
		return 1
	}
	return 0
}

// with is the call with one argument more, or another; without it where v is nil.
func (c scenario) with(argument string, v any) scenario {
	changed := scenario{c.tool, maps.Clone(c.args)}
	changed.args[argument] = v
	if v == nil {
		delete(changed.args, argument)
	}
	return changed
}

// withLeft is the call for those of several API users that are left.
func (c scenario) withLeft(r map[string]any) scenario {
	var left []any
	for _, item := range entriesIn(r["results"]) {
		if outcome := at(item, "outcome"); outcome != "deleted" && outcome != "not_found" && outcome != "blocked" {
			left = append(left, at(item, "apiUserId"))
		}
	}
	if left == nil {
		return c
	}
	return c.with("apiUserIds", left)
}

func firstCall(r map[string]any) (scenario, bool) {
	var calls []scenario
	eachCall(r, func(c scenario) { calls = append(calls, c) })
	if len(calls) == 0 {
		return scenario{}, false
	}
	return calls[0], true
}

// fill calls a tool with the arguments that the refused call and its result name.
func (all toolArguments) fill(name string, c scenario, r map[string]any) (scenario, bool) {
	call := scenario{name, args{}}
	for _, argument := range all[name].required {
		v, ok := c.args[argument]
		if !ok {
			v, ok = r[argument]
		}
		if !ok {
			return call, false
		}
		call.args[argument] = v
	}
	return call, true
}
