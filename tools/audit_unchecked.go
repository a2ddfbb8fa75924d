package tools

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
)

// uncheckedRule is a rule of which findings may be missing.
type uncheckedRule struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// unchecked returns the rules that could not be checked for every API user, and
// those of which findings were left out: that one of their findings is not there
// does not mean that it is gone.
func (a *auditor) unchecked(users directory.UserList, leftOut []finding) []uncheckedRule {
	var all []uncheckedRule
	add := func(why string, rules ...string) {
		for _, rule := range rules {
			if !slices.ContainsFunc(all, func(u uncheckedRule) bool { return u.Rule == rule }) {
				all = append(all, uncheckedRule{rule, why})
			}
		}
	}
	if !users.Complete() {
		add("the list of API users is not complete", AuditRules()...)
	}
	if !a.names.RolesRead() {
		add("the roles could not be read", "unknown_role", "archived_role")
	}
	if a.names.Clients() == nil {
		add("the client applications could not be read", "orphan")
	}
	if slices.ContainsFunc(a.users, a.creatorUnknown) {
		add("who made some API users could not be read", "creator_left")
	}
	for _, f := range leftOut {
		add(fmt.Sprintf("more than %d findings are not shown", maxFindings), f.Rule)
	}
	return all
}

// untraced returns the rules that could not be checked since traces could not all
// be seen, where they were asked for.
func (a *auditor) untraced() []uncheckedRule {
	var all []uncheckedRule
	if a.look != nil && !a.look.deliveriesRead() {
		all = append(all, uncheckedRule{"webhook_failing", "the webhooks' deliveries could not all be read"})
	}
	if a.look != nil && (a.look.partial || !a.names.RolesRead() || slices.ContainsFunc(a.users, a.rightsUnread) ||
		slices.ContainsFunc(a.users, a.tracesMissed)) {
		all = append(all, uncheckedRule{"role_wider_than_traces", "roles or traces could not all be read"})
	}
	return all
}

// creatorUnknown reports whether it is not known who made an API user, though awork
// names somebody.
func (a *auditor) creatorUnknown(u awork.APIUser) bool {
	return u.CreatedBy != uuid.Nil && a.names.Creator(u) == directory.Creator{}
}

// rightsUnread reports whether what the role of an API user may do could not be read.
func (a *auditor) rightsUnread(u awork.APIUser) bool {
	role, known := a.names.Role(u)
	return known && role.Admin == directory.AdminUnreadable
}

// tracesMissed reports whether an area in which a role lets write was not looked at.
func (a *auditor) tracesMissed(u awork.APIUser) bool {
	return slices.ContainsFunc(featureAreas(), func(f featureArea) bool { return !a.look.lookedAt(f.area, u.ID) })
}

// warnUnchecked says in a sentence what was not checked, if anything.
func warnUnchecked(rules []uncheckedRule) []string {
	if len(rules) == 0 {
		return nil
	}
	var shown []string
	for _, u := range rules {
		shown = append(shown, u.Rule+" ("+u.Why+")")
	}
	return []string{"Rules that could not be checked completely: " + strings.Join(shown, ", ") + "."}
}
