// Package policy is what the operator allows, whatever an agent asks for. It is
// enforced where a write is authorized; which tools are listed follows from it
// too.
//
//	p, err := policy.Parse(policy.Settings{Protect: []string{"prod-*"}})
//	err = p.AllowTarget(policy.Delete, user, me, nil)
package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Kind is what a write does.
type Kind int

// The kinds of writes.
const (
	Create Kind = iota
	Update
	Delete
	// IssueKey makes a key of an API user.
	IssueKey
	// CreateRole makes a role that API users may be given.
	CreateRole
)

// Settings are an operator's settings as they are given.
type Settings struct {
	// Protect names API users that are never written to: UUIDs in any form that
	// arguments take, and globs over their names.
	Protect []string
	// AllowRoles names the roles that API users may be given, by id or exact name;
	// all where empty.
	AllowRoles []string
	// NoAdmin refuses to make an API user an admin.
	NoAdmin bool
}

// Policy is what the operator allows of writes.
type Policy struct {
	protected    []protection
	allowedRoles []string
	noAdmin      bool
}

// Parse checks an operator's settings. An error is one line that says what to set.
func Parse(s Settings) (*Policy, error) {
	p := &Policy{noAdmin: s.NoAdmin}
	for _, role := range s.AllowRoles {
		if role = strings.TrimSpace(role); role == "" {
			return nil, fmt.Errorf("--allow-roles has an empty entry: give role ids or names, or leave it out")
		}
		p.allowedRoles = append(p.allowedRoles, role)
	}
	for _, entry := range s.Protect {
		protected, err := parseProtection(entry)
		if err != nil {
			return nil, err
		}
		p.protected = append(p.protected, protected)
	}
	return p, nil
}

// AllowRole refuses a role that may not be given to an API user.
func (p *Policy) AllowRole(r directory.Role) error {
	if r.ID == uuid.Nil && (p.noAdmin || len(p.allowedRoles) > 0) {
		return result.Refuse(result.Blocked, "An API user without a role is an admin, and this server makes no keys of "+
			"such a one "+
			"(--no-admin, --allow-roles). Give it a role first, with update_api_user; list_roles shows them.")
	}
	if p.noAdmin && r.Admin != "" {
		return result.Refuse(result.Blocked, "This server makes no admins (--no-admin), and the role %s would make "+
			"one: %s. Choose another with list_roles.",
			text.Quote(r.Name), r.Admin)
	}
	if len(p.allowedRoles) > 0 &&
		!slices.ContainsFunc(p.allowedRoles, func(entry string) bool { return Names(entry, r.Role) }) {
		var allowed []string
		for _, role := range p.allowedRoles {
			allowed = append(allowed, text.Quote(role))
		}
		return result.Refuse(result.Blocked, "This server may not give the role %s: --allow-roles names %s.",
			text.Quote(r.Name), strings.Join(allowed, ", "))
	}
	return nil
}

// AllowNewRole refuses to make a role where the operator has named those that may
// be given: a new one with such a name would be one of them, whatever it may do.
func (p *Policy) AllowNewRole() error {
	if len(p.allowedRoles) == 0 {
		return nil
	}
	return result.Refuse(result.Blocked, "This server makes no roles: --allow-roles names those that API users may be "+
		"given, %s. Give one of them, or have a person make another in awork's settings.",
		text.Quote(strings.Join(p.allowedRoles, ", ")))
}

// Names reports whether an entry of --allow-roles names a role.
func Names(entry string, r awork.Role) bool {
	id, err := text.ParseUUID(entry)
	return err == nil && id == r.ID || entry == r.Name || entry == text.Clean(r.Name)
}

// AllowTarget refuses a write to an API user that is protected, or whose key this
// server itself uses, where me is who the token is. newRole is the role that it
// would be given; nil where none is.
func (p *Policy) AllowTarget(kind Kind, target awork.APIUser, me uuid.UUID, newRole *directory.Role) error {
	name := text.Quote(target.Name)
	if entry, yes := p.Protects(target); yes {
		return result.Refuse(result.Blocked, "API user %s is protected by this server's --protect %s, so no tool "+
			"writes to it.", name, text.Quote(entry))
	}
	if target.ID != me {
		return nil
	}
	const own = "API user %s is the one whose key this server itself uses; "
	switch {
	case kind == IssueKey:
		return result.Refuse(result.Blocked, own+"no key is issued for it here. Make one with another admin's token or "+
			"in awork's settings.", name)
	case kind == Delete:
		return result.Refuse(result.Blocked, own+"deleting it would lock the server out. Delete it with another "+
			"admin's token or in awork's settings.", name)
	case newRole != nil && !newRole.IsAdminRole:
		return result.Refuse(result.Blocked, own+"another role could lock the server out. Change it with another "+
			"admin's token or in awork's settings.", name)
	}
	return nil
}
