package sandbox

import "time"

// The areas show what their specification says a caller may see, and no more.
// Where it leaves a case open, the comment of the endpoint says what is chosen.

func (r Record) stamps() wireStamps {
	return stamps(r.CreatedOn, r.CreatedBy, r.UpdatedOn, r.UpdatedBy)
}

// owns reports whether the caller made a record or is among its members.
func (c *call) owns(r Record) bool {
	if r.CreatedBy == c.caller.id() {
		return true
	}
	for _, id := range r.Members {
		if id == c.caller.id() {
			return true
		}
	}
	return false
}

// seesProject: an admin does not see the private projects of others either.
func (c *call) seesProject(id string) bool {
	p, found := c.workspace.records.get(id)
	return found && (c.owns(p) || !p.Private && c.caller.may(readProjects))
}

// listTimeEntries shows one's own and those one has made; those of others where
// they are on a project and the caller may write project-timetracking. Those of
// others without a project are for admins, which is not documented.
func listTimeEntries(c *call) reply {
	var shown []wireTimeEntry
	for _, r := range c.workspace.inArea(AreaTimeEntries) {
		own := r.UserID == c.caller.id() || c.owns(r)
		if own || c.caller.role.IsAdmin || r.ProjectID != "" && c.caller.may(writeTimes) {
			shown = append(shown, wireTimeEntry{
				IsBillable: r.ProjectID != "", ProjectID: r.ProjectID, Note: r.Name,
				StartDateLocal: day(r.CreatedOn), StartTimeLocal: "09:00:00", Timezone: "Europe/Berlin",
				Duration: 5400, TypeOfWorkID: generatedID("Design"), UserID: r.UserID, ID: r.ID,
				ResourceVersion: ticks(r.UpdatedOn), wireStamps: r.stamps(),
			})
		}
	}
	return page(c, shown, defaultPageSize)
}

// listTasks shows the tasks of the projects that the caller sees, given
// project-planning-data; otherwise only the assigned ones.
func listTasks(c *call) reply {
	var shown []wireTask
	for _, r := range c.workspace.inArea(AreaTasks) {
		if r.UserID != c.caller.id() && (!c.caller.may(readPlanning) || !c.seesProject(r.ProjectID)) {
			continue
		}
		t := wireTask{
			Name: r.Name, ID: r.ID, BaseType: "projecttask", ProjectID: r.ProjectID,
			ResourceVersion: ticks(r.UpdatedOn), wireStamps: r.stamps(),
		}
		if p, found := c.workspace.records.get(r.ProjectID); found {
			t.Project = &wireNestedProject{ID: p.ID, Name: p.Name}
		}
		shown = append(shown, t)
	}
	return page(c, shown, defaultPageSize)
}

func listProjects(c *call) reply {
	var shown []wireProject
	for _, r := range c.workspace.inArea(AreaProjects) {
		if c.seesProject(r.ID) {
			shown = append(shown, wireProject{
				Name: r.Name, IsPrivate: r.Private, ID: r.ID,
				ResourceVersion: ticks(r.UpdatedOn), wireStamps: r.stamps(),
			})
		}
	}
	return page(c, shown, defaultPageSize)
}

func listCompanies(c *call) reply {
	var shown []wireCompany
	for _, r := range c.workspace.inArea(AreaCompanies) {
		shown = append(shown, wireCompany{
			Name: r.Name, ID: r.ID, ResourceVersion: ticks(r.UpdatedOn), wireStamps: r.stamps(),
		})
	}
	return page(c, shown, defaultPageSize)
}

// listDocuments shows those of a project to who sees the project, and those
// without one to everybody: that the workspace may read them is the sandbox's
// choice. Private ones are for their makers and contributors.
func listDocuments(c *call) reply {
	trashed, refusal := flag(c.query, "includeTrashedDocuments")
	if refusal != nil {
		return *refusal
	}
	var shown []wireDocument
	for _, r := range c.workspace.inArea(AreaDocuments) {
		visible := c.owns(r) || !r.Private && (r.ProjectID == "" || c.seesProject(r.ProjectID))
		if visible && (trashed || r.TrashedOn.IsZero()) {
			shown = append(shown, wireDocument{
				ID: r.ID, Name: r.Name, ProjectID: r.ProjectID, IsPrivate: r.Private,
				MovedToTrashOn: stamp(r.TrashedOn), wireStamps: r.stamps(),
			})
		}
	}
	return page(c, shown, defaultPageSize)
}

// listAbsences shows one's own, and those of others given any level of
// user-planning-data: awork does not name the level.
func listAbsences(c *call) reply {
	var shown []wireAbsence
	for _, r := range c.workspace.inArea(AreaAbsences) {
		if r.UserID == c.caller.id() || c.caller.may(readUserPlanning) {
			shown = append(shown, wireAbsence{
				ID: r.ID, UserID: r.UserID, StartOn: day(r.CreatedOn), EndOn: day(r.CreatedOn.AddDate(0, 0, 4)),
				Description: r.Name, wireStamps: r.stamps(),
			})
		}
	}
	return page(c, shown, defaultPageSize)
}

// listTimeBookings hides the description of who may not see the project.
func listTimeBookings(c *call) reply {
	var shown []wireTimeBooking
	for _, r := range c.workspace.inArea(AreaTimeBookings) {
		b := wireTimeBooking{
			ID: r.ID, UserID: r.UserID, ProjectID: r.ProjectID, Duration: 28800, Description: r.Name,
			StartDate: r.CreatedOn.Format(time.DateOnly), EndDate: r.CreatedOn.Format(time.DateOnly),
			wireStamps: r.stamps(),
		}
		if r.ProjectID != "" && !c.seesProject(r.ProjectID) {
			b.Description, b.IsAnonymized = "", true
		}
		shown = append(shown, b)
	}
	return page(c, shown, defaultPageSize)
}

// day is midnight of a time's day.
func day(t time.Time) string { return stamp(t.UTC().Truncate(24 * time.Hour)) }
