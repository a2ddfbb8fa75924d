package policy

import (
	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Coverage is what one entry of a setting names in a workspace now.
type Coverage struct {
	// Setting is protect or allow-roles.
	Setting, Entry string
	// Names are the names of the API users or roles, as they are shown.
	Names []string
}

// Coverage returns what each entry of --protect and --allow-roles names among the
// API users and roles of a workspace.
func (p *Policy) Coverage(users []awork.APIUser, roles []awork.Role) []Coverage {
	var all []Coverage
	for _, protected := range p.protected {
		c := Coverage{Setting: "protect", Entry: protected.entry}
		for _, u := range users {
			if protected.covers(u) {
				c.Names = append(c.Names, text.Clean(u.Name))
			}
		}
		all = append(all, c)
	}
	for _, entry := range p.allowedRoles {
		c := Coverage{Setting: "allow-roles", Entry: entry}
		for _, r := range roles {
			if Names(entry, r) {
				c.Names = append(c.Names, text.Clean(r.Name))
			}
		}
		all = append(all, c)
	}
	return all
}
