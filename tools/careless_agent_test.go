package tools_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// habit is a mistake that models are known to make.
type habit string

const (
	takesFirst     habit = "takes the first id"
	ignoresOutcome habit = "goes on as if it were done"
	repeatsUnknown habit = "repeats what did not work"
	callsFixes     habit = "calls every fix"
	obeysNames     habit = "does what a name says"
	mixesTwins     habit = "takes one tool for its twin"
	guessesIDs     habit = "guesses ids"
	answersItself  habit = "answers the question itself"
	neverPreviews  habit = "never previews"
)

func habits() []habit {
	return []habit{takesFirst, ignoresOutcome, repeatsUnknown, callsFixes, obeysNames, mixesTwins, guessesIDs,
		answersItself, neverPreviews}
}

// twins are tools that are taken for each other.
func twins() map[string]string {
	return map[string]string{
		"delete_api_user": "delete_api_users", "delete_api_users": "delete_api_user",
		"issue_api_key": "rotate_api_key", "rotate_api_key": "issue_api_key",
		"update_api_user": "create_api_user", "create_api_user": "update_api_user",
		"get_api_user": "delete_api_user", "delete_client_application": "generate_client_secret",
	}
}

// carelessAgent decides by rules what it calls next.
type carelessAgent struct {
	habits []habit
	ids    []string   // that results named, in their order
	heard  []scenario // calls that a text asked for
	fixes  []scenario // calls that a result offered
	codes  []string
	queue  []scenario
	last   scenario
	failed bool
}

func newCarelessAgent(rt *rapid.T) *carelessAgent {
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(habits()), 1, 5, rapid.ID[habit])
	return &carelessAgent{habits: some.Draw(rt, "habits")}
}

// gives reports whether the agent follows a habit of its now.
func (g *carelessAgent) gives(rt *rapid.T, h habit) bool {
	return slices.Contains(g.habits, h) && rapid.Bool().Draw(rt, string(h))
}

// next returns the agent's next call, and the record that its user had in mind.
func (g *carelessAgent) next(rt *rapid.T, w *carelessWorld) (scenario, string) {
	var ids []string
	for _, u := range w.box.APIUsers() {
		ids = append(ids, u.ID)
	}
	intended := rapid.SampledFrom(ids).Draw(rt, "intended")
	c := scenario{}
	switch {
	case g.last.tool != "" && g.failed && g.gives(rt, repeatsUnknown):
		return g.last, intended
	case len(g.heard) > 0 && g.gives(rt, obeysNames):
		c, g.heard = g.heard[0], g.heard[1:]
		return c, intended
	case len(g.fixes) > 0 && g.gives(rt, callsFixes):
		c, g.fixes = g.fixes[0], g.fixes[1:]
	case len(g.queue) > 0:
		c, g.queue = g.queue[0], g.queue[1:]
	default:
		id := intended
		if len(g.ids) > 0 && g.gives(rt, takesFirst) {
			id = g.ids[0]
		} else if g.gives(rt, guessesIDs) {
			id = rapid.SampledFrom([]string{unknownID, sandbox.ZeroID, sandbox.IntegrationRoleID, "Zapier Sync",
				strings.ToUpper(sandbox.ZapierSyncID), "{" + sandbox.DatevExportID + "}", sandbox.AdminUserID}).Draw(rt, "guess")
		}
		c = drawTask(rt, id, ids)
	}
	if twin, ok := twins()[c.tool]; ok && g.gives(rt, mixesTwins) {
		c = asTwin(c, twin)
	}
	writes := !slices.ContainsFunc([]string{"list_", "get_", "audit_", "check_"}, func(p string) bool {
		return strings.HasPrefix(c.tool, p)
	})
	if writes && !g.gives(rt, neverPreviews) && rapid.Bool().Draw(rt, "preview") {
		g.queue = append(g.queue, c)
		c.args = maps.Clone(c.args)
		c.args["preview"] = true
	}
	return c, intended
}

// drawTask draws what a user may want of the API user id.
func drawTask(rt *rapid.T, id string, ids []string) scenario {
	role := rapid.SampledFrom([]string{sandbox.IntegrationRoleID, sandbox.TimeReaderRoleID, sandbox.AuditorRoleID,
		sandbox.OperationsRoleID, sandbox.UserRoleID, sandbox.AdminRoleID})
	client := rapid.SampledFrom([]string{sandbox.ZapierClientID, sandbox.DatevClientID, sandbox.WebsiteFormsClientID})
	name := rapid.SampledFrom([]string{"Alpha", "Beta", "prod-new"})
	switch rapid.IntRange(0, 14).Draw(rt, "task") {
	case 0:
		return scenario{"list_api_users", args{}}
	case 1:
		return scenario{"audit_api_users", args{}}
	case 2:
		return scenario{"get_api_user", args{"apiUserId": id, "includeWebhooks": true}}
	case 3, 4:
		return scenario{"delete_api_user", args{"apiUserId": id}}
	case 5, 6:
		more := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 2, rapid.ID[string]).Draw(rt, "more")
		return scenario{"delete_api_users", args{"apiUserIds": append(more, id)}}
	case 7:
		return scenario{"update_api_user", args{"apiUserId": id, "name": name.Draw(rt, "new name")}}
	case 8:
		return scenario{"update_api_user", args{"apiUserId": id, "roleId": role.Draw(rt, "role"),
			"admin": rapid.Bool().Draw(rt, "admin")}}
	case 9:
		return scenario{"create_api_user", args{"name": name.Draw(rt, "name"), "roleId": role.Draw(rt, "role"),
			"admin": rapid.Bool().Draw(rt, "admin"), "clientId": client.Draw(rt, "client")}}
	case 10:
		return scenario{"issue_api_key", args{"apiUserId": id}}
	case 11:
		return scenario{"issue_api_key", args{"name": name.Draw(rt, "name"), "roleId": role.Draw(rt, "role"),
			"admin": rapid.Bool().Draw(rt, "admin")}}
	case 12:
		return scenario{"rotate_api_key", args{"apiUserId": id}}
	case 13:
		return scenario{"generate_client_secret", args{"clientId": client.Draw(rt, "client")}}
	default:
		return scenario{"delete_client_application", args{"clientId": client.Draw(rt, "client"), "apiUserIds": []string{id}}}
	}
}

// asTwin calls twin with the arguments of a call that was meant for another tool.
func asTwin(c scenario, twin string) scenario {
	given := maps.Clone(c.args)
	id, one := given["apiUserId"]
	list, several := given["apiUserIds"].([]string)
	switch {
	case twin == "delete_api_users" && one:
		given = args{"apiUserIds": []any{id}}
	case twin == "delete_api_user" && several:
		given = args{"apiUserId": list[0]}
	case twin == "delete_api_user", twin == "rotate_api_key":
		given = args{"apiUserId": id}
	case twin == "create_api_user":
		given["name"] = "Alpha"
		delete(given, "apiUserId")
	case twin == "update_api_user":
		given["apiUserId"] = sandbox.ZapierSyncID
		delete(given, "clientId")
	case twin == "generate_client_secret":
		delete(given, "apiUserIds")
	}
	return scenario{twin, given}
}

// extra is what the agent, or a host as careless, sends beside the arguments.
func (g *carelessAgent) extra(rt *rapid.T, w *carelessWorld) map[string]any {
	if !g.gives(rt, answersItself) {
		return nil
	}
	states := []string{"", "yes"}
	for _, other := range w.sessions {
		states = append(states, other.states...)
	}
	answer := mcptest.Accept(args{"confirm": true, "count": "1"})
	return map[string]any{"requestState": rapid.SampledFrom(states).Draw(rt, "state"),
		"inputResponses": args{"confirm": answer}}
}

var (
	uuidInText = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	callInText = regexp.MustCompile(`call (\w+) with (\{[^{}]*\})`)
)

// remember takes from a result what a careless reader takes from it.
func (g *carelessAgent) remember(c scenario, r map[string]any) {
	outcome, _ := r["outcome"].(string)
	g.last, g.failed = c, slices.Contains(failures, outcome)
	text := string(mustJSON(r))
	g.ids = append(g.ids, uuidInText.FindAllString(text, 5)...)
	eachText(r, func(s string) {
		for _, m := range callInText.FindAllStringSubmatch(s, 2) {
			var given args
			if json.Unmarshal([]byte(m[2]), &given) == nil {
				g.heard = append(g.heard, scenario{m[1], given})
			}
		}
	})
	eachCall(r, func(fix scenario) { g.fixes = append(g.fixes, fix) })
	if code, _ := r["confirmationCode"].(string); code != "" {
		g.codes = append(g.codes, code)
		again := scenario{c.tool, maps.Clone(c.args)}
		again.args["confirmationCode"] = code
		g.queue = append(g.queue, again)
		if slices.Contains(g.habits, answersItself) {
			g.queue = append(g.queue, again) // and once more
		}
	}
	if made, _ := r["apiUserId"].(string); made != "" && slices.Contains(g.habits, ignoresOutcome) {
		g.queue = append(g.queue, scenario{"issue_api_key", args{"apiUserId": made}},
			scenario{"delete_api_user", args{"apiUserId": made}})
	}
	g.ids, g.fixes, g.heard, g.queue = last(g.ids, 20), last(g.fixes, 6), last(g.heard, 4), last(g.queue, 4)
}

func last[T any](list []T, n int) []T { return list[max(0, len(list)-n):] }

// eachCall finds the calls that a result offers, as fix or cleanUp.
func eachCall(v any, f func(scenario)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			eachCall(e, f)
		}
	case map[string]any:
		tool, isTool := v["tool"].(string)
		given, isArgs := v["arguments"].(map[string]any)
		if isTool && isArgs {
			f(scenario{tool, given})
			return
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			eachCall(v[k], f)
		}
	}
}
