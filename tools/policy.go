package tools

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// Policy is what the operator allows, whatever an agent asks for. It is enforced
// where tools run; which tools are listed follows from it.
type Policy struct {
	// ReadOnly leaves only the tools that read.
	ReadOnly bool
	// Tools names the tools that exist: the family "default", names, and globs
	// within that family. Empty means "default".
	Tools []string
	// Protect names API users that are never written to: UUIDs in any form, and
	// globs over their names.
	Protect []string
	// AllowRoles names the roles that API users may be given, by id or name; all
	// where empty.
	AllowRoles []string
	// NoAdmin refuses to make an API user an admin.
	NoAdmin bool
	// Confirm is when a human is asked.
	Confirm ConfirmMode
}

// ConfirmMode is when a human is asked before a write.
type ConfirmMode string

// The modes of confirmation.
const (
	ConfirmAuto   ConfirmMode = "auto"   // ask where the client can show a form
	ConfirmStrict ConfirmMode = "strict" // ask, or want a code in a second call
	ConfirmHuman  ConfirmMode = "human"  // ask, or refuse
	ConfirmNever  ConfirmMode = "never"  // never ask
)

// protection is the parsed form of Policy.Protect.
type protection struct {
	ids   []uuid.UUID
	globs []string
}

func parseProtection(list []string) (protection, error) {
	var p protection
	for _, entry := range list {
		if entry = strings.TrimSpace(entry); entry == "" {
			return p, fmt.Errorf("--protect has an empty entry: give UUIDs or name globs, or leave it out")
		}
		if id, err := parseUUID(entry); err == nil {
			p.ids = append(p.ids, id)
			continue
		}
		if len(entry) >= 30 && strings.Trim(strings.ToLower(entry), "urn:id{}-0123456789abcef") == "" {
			return p, fmt.Errorf("--protect %s looks like a UUID and is none", quoted(entry))
		}
		if _, err := path.Match(entry, ""); err != nil {
			return p, fmt.Errorf("--protect %s is neither a UUID nor a name glob: %w", quoted(entry), err)
		}
		p.globs = append(p.globs, entry)
	}
	return p, nil
}

// covers reports whether u is protected, and by which entry. Globs match the
// name as awork has it and as it is shown, so that no invisible character gets
// an API user out of its protection.
func (p protection) covers(u awork.APIUser) (entry string, yes bool) {
	if slices.Contains(p.ids, u.ID) {
		return u.ID.String(), true
	}
	for _, glob := range p.globs {
		for _, name := range []string{u.Name, clean(u.Name)} {
			if matchName(glob, name) {
				return glob, true
			}
		}
	}
	return "", false
}

// matchName is a shell glob over a name, in which a slash is a character like
// any other, and neither case nor how an accent is written matters.
func matchName(glob, name string) bool {
	plain := func(s string) string { return strings.ReplaceAll(folded(s), "/", "\u2215") }
	ok, err := path.Match(plain(glob), plain(name))
	return err == nil && ok
}

// allow refuses a change that policy forbids, whoever confirms it. Of a change
// with several targets, those that are forbidden are spared.
func (t *Tools) allow(ch *change, me *awork.Identity) error {
	if ch.newRole != nil {
		if err := t.allowRole(*ch.newRole); err != nil {
			return err
		}
	}
	if !ch.perTarget {
		for _, target := range ch.targets {
			if err := t.allowTarget(ch, target, me); err != nil {
				return err
			}
		}
		return nil
	}
	ch.targets = slices.DeleteFunc(ch.targets, func(target awork.APIUser) bool {
		err := t.allowTarget(ch, target, me)
		if err != nil {
			ch.spare(target, err)
		}
		return err != nil
	})
	return nil
}

// allowRole refuses a role that policy forbids to give.
func (t *Tools) allowRole(r role) error {
	if r.ID == uuid.Nil && (t.noAdmin || len(t.allowedRoles) > 0) {
		return refuse(Blocked, "An API user without a role is an admin, and this server makes no keys of such a one (--no-admin, --allow-roles). Give it a role first, with update_api_user.")
	}
	if t.noAdmin && r.admin != "" {
		return refuse(Blocked, "This server makes no admins (--no-admin), and the role %s would make one: %s. Choose another with list_roles.", quoted(r.Name), r.admin)
	}
	allowed := func(entry string) bool {
		id, err := parseUUID(entry)
		return err == nil && id == r.ID || entry == r.Name || entry == clean(r.Name)
	}
	if len(t.allowedRoles) > 0 && !slices.ContainsFunc(t.allowedRoles, allowed) {
		return refuse(Blocked, "This server may not give the role %s: --allow-roles names %s.", quoted(r.Name), quoted(strings.Join(t.allowedRoles, ", ")))
	}
	return nil
}

func (t *Tools) allowTarget(ch *change, target awork.APIUser, me *awork.Identity) error {
	name := quoted(target.Name)
	if entry, yes := t.protected.covers(target); yes {
		return refuse(Blocked, "API user %s is protected by this server's --protect %s, so no tool writes to it.", name, quoted(entry))
	}
	switch {
	case target.ID != me.ID:
	case ch.issues:
		return refuse(Blocked, "API user %s is the one whose key this server itself uses; no key is issued for it here. Make one with another admin's token or in awork's settings.", name)
	case ch.deletes:
		return refuse(Blocked, "API user %s is the one whose key this server itself uses; deleting it would lock the server out. Delete it with another admin's token or in awork's settings.", name)
	case ch.newRole != nil && !ch.newRole.IsAdminRole:
		return refuse(Blocked, "API user %s is the one whose key this server itself uses; another role could lock the server out. Change it with another admin's token or in awork's settings.", name)
	}
	return nil
}

// chosen picks the tools that exist under the policy. Tools of the family
// credentials must be named: neither nothing nor a glob opens one.
func (p Policy) chosen(all []*tool) ([]*tool, error) {
	entries := p.Tools
	if len(entries) == 0 {
		entries = []string{familyDefault}
	}
	var visible, picked []*tool
	for _, t := range all {
		if !p.ReadOnly || !t.writes {
			visible = append(visible, t)
		}
	}
	for _, entry := range entries {
		entry = strings.TrimSpace(entry)
		matches := func(t *tool) bool {
			glob, err := path.Match(entry, t.name)
			return entry == t.inFamily() || entry == t.name || err == nil && glob && t.inFamily() == familyDefault
		}
		switch {
		case entry == "":
			return nil, fmt.Errorf("--tools has an empty entry: give tool names, globs, %q or %q", familyDefault, familyCredentials)
		case !slices.ContainsFunc(all, matches):
			return nil, fmt.Errorf("--tools %s names no tool; there are the families %s and %s, and the tools %s", quoted(entry), familyDefault, familyCredentials, strings.Join(toolNames(all), ", "))
		case !slices.ContainsFunc(visible, matches):
			return nil, fmt.Errorf("--tools %s names only tools that --read-only hides: leave one of the two out", quoted(entry))
		}
		for _, t := range visible {
			if matches(t) && !slices.Contains(picked, t) {
				picked = append(picked, t)
			}
		}
	}
	return slices.DeleteFunc(visible, func(t *tool) bool { return !slices.Contains(picked, t) }), nil
}

func (t *tool) inFamily() string { return cmp.Or(t.family, familyDefault) }

func toolNames(ts []*tool) []string {
	var out []string
	for _, t := range ts {
		out = append(out, t.name)
	}
	return out
}
