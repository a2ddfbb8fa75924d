package tools

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// auditedUser is what a reader of findings wants to know of an API user.
type auditedUser struct {
	ID             uuid.UUID  `json:"id"`
	Name           string     `json:"name"`
	RoleName       string     `json:"roleName,omitempty"`
	Admin          bool       `json:"admin"`
	ClientName     string     `json:"clientName,omitempty"`
	CreatedOn      string     `json:"createdOn,omitempty"`
	CreatedByName  string     `json:"createdByName,omitempty"`
	CreatedByState string     `json:"createdByState,omitempty"`
	LastTrace      *lastTrace `json:"lastTrace,omitempty"`
}

// auditSummary counts the API users by what they may do.
type auditSummary struct {
	Admins  int `json:"admins"`
	Limited int `json:"limited"`
	// Unknown are those whose role can't be read; they count as admins elsewhere.
	Unknown int `json:"unknown"`
}

// describeUsers returns the API users that findings are about, all where traces
// were asked for, in the order of their names.
func (a *auditor) describeUsers(findings []finding) []auditedUser {
	named := map[uuid.UUID]bool{}
	for _, f := range findings {
		for _, id := range f.APIUserIDs {
			named[id] = true
		}
	}
	users := []auditedUser{}
	for _, u := range a.users {
		if !named[u.ID] && a.look == nil || len(users) == maxFindings {
			continue
		}
		s := a.names.Show(u)
		d := auditedUser{ID: s.ID, Name: s.Name, RoleName: s.RoleName, Admin: s.Admin, ClientName: s.ClientName,
			CreatedOn: s.CreatedOn, CreatedByName: s.CreatedByName, CreatedByState: s.CreatedByState}
		if a.look != nil {
			d.LastTrace = showTrace(a.look.latest(u.ID))
		}
		users = append(users, d)
	}
	return users
}

func (a *auditor) summary() auditSummary {
	var s auditSummary
	for _, u := range a.users {
		switch a.names.WhyAdmin(u) {
		case "":
			s.Limited++
		case directory.AdminUnreadable:
			s.Unknown++
		default:
			s.Admins++
		}
	}
	return s
}

// auditTraces is where an audit looked for traces.
type auditTraces struct {
	// Areas were looked at for every API user: one without a trace has none there.
	Areas       []string      `json:"areas"`
	NotLookedAt []notLookedAt `json:"notLookedAt"`
	Partial     bool          `json:"partial"`
}

func (l *traceLook) summarize() *auditTraces {
	t := &auditTraces{Areas: []string{}, NotLookedAt: []notLookedAt{}, Partial: l.partial}
	for _, a := range l.areas {
		if len(a.missed) == 0 {
			t.Areas = append(t.Areas, a.name)
			continue
		}
		t.NotLookedAt = append(t.NotLookedAt, l.missedBySome(a.name, a.missed))
	}
	if missed := l.deliveriesMissed(); len(missed) > 0 {
		t.NotLookedAt = append(t.NotLookedAt, l.missedBySome(webhookDeliveries, missed))
	}
	t.NotLookedAt = append(t.NotLookedAt, unlistable())
	return t
}

// missedBySome says why an area was not looked at, and for how many.
func (l *traceLook) missedBySome(area string, missed map[uuid.UUID]string) notLookedAt {
	why := strings.Join(slices.Compact(slices.Sorted(maps.Values(missed))), "; ")
	if len(missed) < len(l.ids) {
		why += fmt.Sprintf("; for %d of %d API users", len(missed), len(l.ids))
	}
	return notLookedAt{area, why}
}

func (t *auditTraces) describe(l *traceLook) string {
	found := 0
	for _, id := range l.ids {
		if l.latest(id) != nil {
			found++
		}
	}
	s := fmt.Sprintf("%s left a trace (lastTrace) in what was looked at, %s. Reading leaves none. %s",
		text.Count(found, "API user"), text.Count(len(t.Areas), "area"), describeNotLookedAt(t.NotLookedAt))
	if t.Partial {
		s += " " + partialView
	}
	return s
}

func idsOf(users []awork.APIUser) []uuid.UUID {
	ids := []uuid.UUID{}
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	return ids
}
