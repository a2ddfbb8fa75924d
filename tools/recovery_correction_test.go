package tools_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// corrected changes the argument that a message is about, where the message says
// to what.
func (all toolArguments) corrected(c scenario, message string) (scenario, bool) {
	for name, v := range c.args {
		if !slices.Contains(all[c.tool].known, name) && strings.Contains(message, "argument "+strconv.Quote(name)) {
			fixed := c.with(name, nil)
			for _, required := range all[c.tool].required {
				if _, given := c.args[required]; !given {
					fixed.args[required] = v // a misspelt one is the one that is missing
				}
			}
			return fixed, true
		}
	}
	if _, rest, found := strings.Cut(message, "does not name: "); found {
		for _, id := range anID.FindAllString(rest, -1) {
			c = c.with("apiUserIds", append(entriesIn(c.args["apiUserIds"]), id))
		}
		return c, true
	}
	about := all.subject(c, message)
	if about == "" {
		return c, false
	}
	list := entriesIn(c.args[about])
	for i, entry := range list {
		if strings.Contains(message, "out.") && strings.Contains(message, entry.(string)) {
			return c.with(about, slices.Delete(slices.Clone(list), i, i+1)), true
		}
	}
	if m := leaveOut.FindStringSubmatch(message); m != nil {
		return c.withoutAny(m[1]+m[2], about)
	}
	if v, ok := replacement(c.args[about], message); ok {
		if _, isText := v.(string); isText && list != nil {
			return c.with(about, []any{v}), true
		}
		return c.with(about, v), true
	}
	return c, false
}

// subject is the first argument of the call that the message names.
func (all toolArguments) subject(c scenario, message string) string {
	first, place := "", len(message)
	for name := range c.args {
		if at := regexp.MustCompile(`\b` + name + `\b`).FindStringIndex(message); at != nil && at[0] < place {
			first, place = name, at[0]
		}
	}
	if first == "" && strings.Contains(message, "role") && c.args["roleId"] != nil {
		return "roleId"
	}
	return first
}

// withoutAny is the call without the arguments that words name, or without the one
// that is meant by "it".
func (c scenario) withoutAny(words, it string) (scenario, bool) {
	changed, left := c, false
	for name := range c.args {
		if slices.Contains(strings.FieldsFunc(words, func(r rune) bool { return r == ' ' || r == ',' }), name) {
			changed, left = changed.with(name, nil), true
		}
	}
	if !left {
		return c.with(it, nil), true
	}
	return changed, true
}

// replacement is the value that a message offers for one that was refused.
func replacement(was any, message string) (any, bool) {
	if m := jsonValue.FindStringSubmatch(message); m != nil {
		return m[1] == "true", true
	}
	if _, rest, found := strings.Cut(message, "one of "); found && anID.MatchString(rest) {
		return anID.FindString(rest), true
	}
	_, received, _ := strings.Cut(message, "received ")
	quoted := quotedValue.FindAllStringSubmatch(received, -1)
	switch {
	case len(quoted) > 1:
		return quoted[1][1], true // the nearest of those that there are
	case example.MatchString(message) && !strings.Contains(message, "list_api_users"):
		return example.FindStringSubmatch(message)[1], true
	}
	if m := limits.FindStringSubmatch(message); m != nil && entriesIn(was) == nil {
		n, err := strconv.Atoi(m[1] + m[2] + m[3] + m[4])
		return n, err == nil
	}
	if m := listOfNames.FindStringSubmatch(message); m != nil {
		return strings.Trim(m[1], `"`), true
	}
	if len(quoted) == 1 && quoted[0][1] != was && strings.HasPrefix(received, `"`) {
		return quoted[0][1], entriesIn(was) == nil // what came, cleaned
	}
	return nil, false
}

func entriesIn(v any) []any {
	switch list := v.(type) {
	case []any:
		return list
	case []string:
		var all []any
		for _, s := range list {
			all = append(all, s)
		}
		return all
	}
	return nil
}
