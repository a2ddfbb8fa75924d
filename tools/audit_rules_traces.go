package tools

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// lately is how long ago an API user made another at most, to be a finding.
const lately = 30 * 24 * time.Hour

// freshKeyMakers finds API users that made API users lately: that is what a leaked
// key is used for to stay in. The one whose key this server uses makes them for
// people.
func freshKeyMakers(a *auditor) []finding {
	var findings []finding
	known := directory.ByID(a.users)
	for _, made := range grouped(a.users, a.freshlyMadeBy) {
		maker, ok := known[made[0].CreatedBy]
		if !ok || maker.ID == a.own {
			continue
		}
		about := append([]uuid.UUID{maker.ID}, idsOf(made)...)
		findings = append(findings, newFinding("fresh_key_maker", medium, showWithWebhooks(maker.ID), about,
			"%s made %s in the last 30 days: %s. If nobody expects that, its key may be leaked: "+
				"take away its right to make API users, or rotate its key.",
			text.Quote(maker.Name), text.Count(len(made), "API user"), text.QuoteList(namesOf(made))))
	}
	return findings
}

// freshlyMadeBy is who made an API user that is new; empty where it is not. A time
// well in the future is a clock in error.
func (a *auditor) freshlyMadeBy(u awork.APIUser) string {
	on, ok := u.CreatedOn.Time()
	if !ok || u.CreatedBy == uuid.Nil || on.Before(a.now.Add(-lately)) || on.After(a.now.Add(24*time.Hour)) {
		return ""
	}
	return u.CreatedBy.String()
}

// webhooksFailing finds API users whose webhooks' last deliveries failed.
func webhooksFailing(a *auditor) []finding {
	if a.look == nil {
		return nil
	}
	var findings []finding
	for _, u := range a.users {
		var failed []string
		for _, w := range a.look.webhooks {
			if w.CreatedBy == u.ID && w.last != nil && !w.last.IsSuccessful {
				failed = append(failed, describeFailure(w))
			}
		}
		if len(failed) == 0 {
			continue
		}
		findings = append(findings, newFinding("webhook_failing", low, showWithWebhooks(u.ID), []uuid.UUID{u.ID},
			"%s made %s whose last delivery failed: %s. What it belongs to may be broken or gone.",
			text.Quote(u.Name), text.Count(len(failed), "webhook"), strings.Join(failed[:min(5, len(failed))], ", ")))
	}
	return findings
}

func describeFailure(w madeWebhook) string {
	s := text.Quote(w.Name)
	if on, ok := w.last.CreatedOn.Time(); ok {
		s += " on " + on.Format(time.DateOnly)
	}
	if w.last.ResponseCode != 0 {
		s += fmt.Sprintf(", answered %d", w.last.ResponseCode)
	}
	return s
}

// featureArea is an area, and the feature that writing there takes.
type featureArea struct{ feature, area string }

func featureAreas() []featureArea {
	return []featureArea{
		{"project-timetracking", "time entries"}, {"project-planning-data", "tasks"}, {"project-master-data", "projects"},
		{"company-master-data", "companies"}, {"user-planning-data", "absences"}, {"user-master-data", "people"},
	}
}

// roleWiderThanTraces finds roles that may write where their holder left no trace,
// though it left some where such rights are needed. One without any is no finding,
// nor is one of whom something could not be seen: absence proves nothing.
func roleWiderThanTraces(a *auditor, u awork.APIUser) []finding {
	role, known := a.names.Role(u)
	if a.look == nil || a.look.partial || !known || role.Admin != "" {
		return nil
	}
	var beyond, seen []string
	for _, area := range a.look.areas {
		if area.seen[u.ID] != nil {
			seen = append(seen, area.name)
		}
	}
	writes := false
	for _, f := range featureAreas() {
		if slices.Contains(seen, f.area) {
			writes = true
		} else if mayWrite(role, f.feature) && a.look.lookedAt(f.area, u.ID) {
			beyond = append(beyond, f.area)
		}
	}
	if !writes || len(beyond) == 0 {
		return nil
	}
	fix := result.Fix{Tool: "get_api_user", Arguments: map[string]any{"apiUserId": u.ID, "includeTraces": true}}
	return one(newFinding("role_wider_than_traces", low, fix, []uuid.UUID{u.ID},
		"%s may also write %s, but its traces are in %s. "+
			"Others' later changes hide traces, so ask what it does before it gets a lesser role.",
		text.Quote(u.Name), strings.Join(beyond, ", "), strings.Join(seen, ", ")))
}

// lookedAt reports whether an area was looked at completely for an API user.
func (l *traceLook) lookedAt(area string, id uuid.UUID) bool {
	for _, a := range l.areas {
		if _, missed := a.missed[id]; a.name == area {
			return !missed
		}
	}
	return false
}

// mayWrite reports whether a role holds more than reading on a feature.
func mayWrite(r directory.Role, feature string) bool {
	for _, p := range r.Permissions {
		if p.Feature == feature && slices.ContainsFunc(p.AccessLevels, isWriting) {
			return true
		}
	}
	return false
}

func isWriting(level string) bool { return level != "" && !strings.EqualFold(level, "read") }
