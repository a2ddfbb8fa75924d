package sandbox

import "time"

// The users: https://developers.awork.com/apiv1/users/get-users.

func (u User) wire() wireUser {
	w := wireUser{
		FirstName: u.FirstName, LastName: u.LastName, Position: u.Position, Language: "de-DE", ID: u.ID,
		Status:     wireUserStatus{InvitationAccepted: true, IsDeactivated: !u.DeactivatedOn.IsZero()},
		IsArchived: u.Archived, IsDeactivated: !u.DeactivatedOn.IsZero(), DeactivatedOn: stamp(u.DeactivatedOn),
		UserContactInfos: []wireContact{}, ResourceVersion: ticks(u.UpdatedOn), IsExternal: u.External,
		wireStamps: stamps(u.CreatedOn, u.CreatedBy, u.UpdatedOn, u.UpdatedBy),
	}
	if u.Email != "" {
		w.UserContactInfos = append(w.UserContactInfos, wireContact{Value: u.Email, Type: "email", SubType: "work"})
	}
	return w
}

// asUser is an API user as awork lists it among the users. That it is archived
// follows from where awork shows it; its two names are the sandbox's reading of
// a name that was seen, "stream-deck plugin (API Client)".
func (u APIUser) asUser() wireUser {
	return wireUser{
		FirstName: u.Name, LastName: "(API Client)", ID: u.ID,
		Status: wireUserStatus{InvitationAccepted: true}, IsArchived: true,
		UserContactInfos: []wireContact{}, ResourceVersion: ticks(u.UpdatedOn),
		wireStamps: stamps(u.CreatedOn, u.CreatedBy, u.UpdatedOn, u.UpdatedBy),
	}
}

func (c caller) asUser() wireUser {
	if c.apiUser != nil {
		return c.apiUser.asUser()
	}
	return c.person.wire()
}

// listUsers shows archived users, and the API users with them, only when
// showArchived asks for it. Who may not read user-master-data sees themselves.
func listUsers(c *call) reply {
	archived, refusal := flag(c.query, "showArchived")
	if refusal != nil {
		return *refusal
	}
	if !c.caller.may(readUsers) {
		return page(c, []wireUser{c.caller.asUser()}, defaultPageSize)
	}
	var users []wireUser
	for _, u := range c.workspace.users.all() {
		if archived || !u.Archived {
			users = append(users, u.wire())
		}
	}
	if archived {
		users = append(users, convert(c.workspace.apiUsers.all(), APIUser.asUser)...)
	}
	return page(c, users, defaultPageSize)
}

// getUser finds archived users and API users too.
func getUser(c *call) reply {
	if c.id != c.caller.id() && !c.caller.may(readUsers) {
		return denied("User").reply()
	}
	if u, found := c.workspace.users.get(c.id); found {
		return ok(u.wire())
	}
	if u, found := c.workspace.apiUsers.get(c.id); found {
		return ok(u.asUser())
	}
	return missing("user", c.id).reply()
}

// me names who the token belongs to: with an API key, its API user.
func me(c *call) reply {
	return ok(wireMe{
		wireUser:  c.caller.asUser(),
		Workspace: wireMyWorkspace{ID: WorkspaceID, Name: WorkspaceName, URL: "https://studio-nordlicht.awork.com"},
	})
}

// ticks is .NET's count of 100 ns since year 1, the form of resourceVersion.
func ticks(t time.Time) int64 {
	const unixEpoch = 621_355_968_000_000_000
	return unixEpoch + t.Unix()*10_000_000 + int64(t.Nanosecond()/100)
}
