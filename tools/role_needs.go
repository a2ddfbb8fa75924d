package tools

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// maxNeeds bounds what one role is wanted for.
const maxNeeds = 30

// needsField is the argument needs: what a role should let its holder do.
func needsField(into *[]string) args.Field {
	return args.Strings("needs", "features with read or write, such as projects:read or company-master-data:write, "+
		"or requests such as GET /companies", into).Require()
}

// parseNeeds reads the argument needs, and refuses what would make an admin. known
// are the features of the workspace.
func parseNeeds(texts, known []string) ([]featureNeed, error) {
	if len(texts) == 0 || len(texts) > maxNeeds {
		return nil, result.Refuse(result.InvalidInput, "needs must hold 1 to %d entries, such as projects:read.", maxNeeds)
	}
	var needs []featureNeed
	for _, s := range texts {
		n, err := parseNeed(strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(known, n.feature) {
			return nil, result.Refuse(result.InvalidInput, "needs: there is no feature %s; received %s. Give one "+
				"with read or write, such as projects:read. Features are %s.", text.Quote(n.feature), text.Quote(s),
				text.WordList(known))
		}
		if err := n.refuseAdmin(); err != nil {
			return nil, err
		}
		needs = append(needs, n)
	}
	slices.SortFunc(needs, func(a, b featureNeed) int {
		return cmp.Or(cmp.Compare(a.feature, b.feature), cmp.Compare(a.level, b.level))
	})
	needs = slices.Compact(needs)
	implied := func(n featureNeed) bool { // whoever may do more may read too
		more := func(o featureNeed) bool { return o.feature == n.feature && o.level != "read" }
		return n.level == "read" && slices.ContainsFunc(needs, more)
	}
	return slices.DeleteFunc(slices.Clone(needs), implied), nil
}

func parseNeed(s string) (featureNeed, error) {
	n, ok := parseFeatureNeed(strings.ToLower(s))
	if strings.Contains(s, " ") && (!ok || strings.Contains(s, "/")) {
		return needOfRequest(s)
	}
	n.feature, n.level = strings.TrimSpace(n.feature), strings.TrimSpace(n.level)
	if !ok || !slices.Contains([]string{"read", "write", "delete"}, n.level) {
		return n, result.Refuse(result.InvalidInput, "needs: a feature is given with read or write, such as "+
			"projects:read; received %s.", text.Quote(s))
	}
	n.feature = featureNamed(strings.ReplaceAll(n.feature, " ", "-"))
	return n, nil
}

// featureNamed returns the feature that a common word stands for, or the word.
func featureNamed(word string) string {
	switch word {
	case "projects", "project":
		return "project-master-data"
	case "tasks", "task":
		return "project-planning-data"
	case "timeentries", "time-entries", "times", "time":
		return "project-timetracking"
	case "companies", "clients":
		return "company-master-data"
	case "users", "people":
		return "user-master-data"
	case "absences", "capacity":
		return "user-planning-data"
	}
	return word
}

// needOfRequest returns the feature that lets make a request. Where every user may
// call it, it is the one that decides what comes back, as awork's pages have it.
func needOfRequest(s string) (featureNeed, error) {
	op, documented, err := awork.FindOperation(s)
	switch {
	case err != nil:
		return featureNeed{}, result.Refuse(result.InvalidInput, "needs: %s; a feature is given with read or write, "+
			"such as projects:read; received %s.", err, text.Quote(s))
	case !documented:
		return featureNeed{}, result.Refuse(result.InvalidInput, "needs: awork documents no request %s. Name the "+
			"features instead, such as projects:read.", text.Quote(s))
	}
	for _, a := range op.Access {
		if n, ok := parseFeatureNeed(a); ok {
			return n, nil
		}
	}
	if slices.Contains(op.Access, awork.AccessOwner) {
		return featureNeed{}, result.Refuse(result.InvalidInput, "needs: every user may do %s for itself, and no role "+
			"of one's own lets do it for others. Leave it out.", text.Quote(s))
	}
	if !slices.Contains(op.Access, awork.AccessAny) {
		return featureNeed{}, result.Refuse(result.InvalidInput, "needs: no role of one's own lets do %s: awork asks "+
			"for %s.", text.Quote(s), cmp.Or(strings.Join(op.Access, " or "), "nothing that it names"))
	}
	n := featureNeed{level: "write"}
	if op.Method == "GET" { //nolint:usestdlibvars // the tools know no net/http
		n.level = "read"
	}
	segments := strings.Split(strings.TrimPrefix(strings.TrimPrefix(op.Path, "/v2"), "/"), "/")
	if segments[0] == "me" && len(segments) > 1 && segments[1] == "projecttasks" {
		segments[0] = "tasks"
	}
	if n.feature = featureNamed(segments[0]); n.feature == segments[0] {
		return n, result.Refuse(result.InvalidInput, "needs: every user may call %s, and awork names no feature that "+
			"decides what comes back. Leave it out.", text.Quote(s))
	}
	return n, nil
}

// refuseAdmin refuses a need that makes the holder an admin or as good as one.
func (n featureNeed) refuseAdmin() error {
	p := []awork.Permission{{Feature: n.feature, AccessLevels: []string{n.level}}}
	switch {
	case awork.ManagesConfig(p):
		return result.Refuse(result.InvalidInput, "needs: %s would make an admin, since its holder can create a key of "+
			"any API user. "+
			"Have a person do in awork's settings what needs it, such as making a webhook once, and leave it out.", n)
	case awork.ManagesRoles(p):
		return result.Refuse(result.InvalidInput, "needs: %s would make an admin, since its holder can change what "+
			"every role may do. "+
			"Have a person define custom fields, project types and templates once in awork's settings, and leave it out.", n)
	}
	return nil
}

// learnLevels returns the access levels for a need: the smallest set that a role
// has already for that feature. awork does not document which words it takes.
func (n featureNeed) learnLevels(roles []directory.Role) ([]string, error) {
	if n.level == "read" {
		return []string{"read"}, nil
	}
	var best []string
	for _, r := range roles {
		for _, p := range r.Permissions {
			if p.Feature != n.feature || n.heldBy([]awork.Permission{p}) != verdictYes {
				continue
			}
			set := slices.Sorted(slices.Values(p.AccessLevels))
			if best == nil || n.compareSets(set, best) < 0 {
				best = set
			}
		}
	}
	if best == nil {
		return nil, fmt.Errorf("no role here has %s, so it is not known which words awork takes for it: give a role "+
			"that once in awork's settings", n)
	}
	return best, nil
}

// compareSets orders sets of levels that cover the need: those with the very word
// first, then the smaller ones.
func (n featureNeed) compareSets(a, b []string) int {
	if has := slices.Contains(a, n.level); has != slices.Contains(b, n.level) {
		if has {
			return -1
		}
		return 1
	}
	return cmp.Or(len(a)-len(b), slices.Compare(a, b))
}

// needWarnings says what a role for needs does not do, or does beyond what its name
// says.
func needWarnings(needs []featureNeed) []string {
	var all []string
	for _, n := range needs {
		switch {
		case n.feature == "project-timetracking" && n.level == "read":
			all = append(all, "awork documents that time entries of others are shown to who has "+
				"project-timetracking:write. Count them with the new key first, and ask for write only if some are missing.")
		case n.feature == "project-master-data":
			all = append(all, "Private projects are shown to their members only, whatever the role.")
		case n.feature == "user-manage-config", n.feature == "task-manage-config" && n.level == "write":
			all = append(all, n.String()+" is powerful: its holder can lock people out or archive roles.")
		}
	}
	return all
}
