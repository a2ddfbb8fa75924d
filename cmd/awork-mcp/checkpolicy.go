package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/awork-mcp/awork-mcp/tools"
)

// maxCovered is how many names doctor lists for an entry.
const maxCovered = 10

// checkPolicy lists what each entry of --protect and --allow-roles covers now, and
// fails where one covers nothing.
func (s *settings) checkPolicy(ctx context.Context, p *program) []check {
	if len(s.Protect) == 0 && len(s.AllowRoles) == 0 {
		return nil
	}
	unreadable := func(err error) []check {
		found := "what --protect and --allow-roles cover can't be read: " + err.Error()
		return []check{{Name: "policy", Found: found, Do: tryLater}}
	}
	users, total, err := p.client.ListAPIUsers(ctx)
	if err == nil && len(users) < total {
		err = fmt.Errorf("awork lists %d of %d API users", len(users), total)
	}
	if err != nil {
		return unreadable(err)
	}
	roles, err := p.client.ListRoles(ctx)
	if err != nil {
		return unreadable(err)
	}
	var checks []check
	for _, entry := range p.tools.Coverage(users, roles) {
		checks = append(checks, checkCoverage(entry))
	}
	return checks
}

func checkCoverage(c tools.Coverage) check {
	k := check{Name: c.Setting, OK: len(c.Names) > 0}
	if !k.OK {
		k.Found = fmt.Sprintf("%q covers nothing in this workspace", c.Entry)
		k.Do = "correct the entry, or take it out of --" + c.Setting
		return k
	}
	var names []string
	for _, name := range c.Names[:min(maxCovered, len(c.Names))] {
		names = append(names, fmt.Sprintf("%q", name))
	}
	k.Found = fmt.Sprintf("%q covers %s", c.Entry, strings.Join(names, ", "))
	if more := len(c.Names) - len(names); more > 0 {
		k.Found += fmt.Sprintf(" and %d more", more)
	}
	return k
}
