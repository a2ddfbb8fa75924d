package sandbox

func seedRoles() []Role {
	founded := at("2022-02-14T08:30:11.4821135Z")
	preset := func(r Role) Role {
		r.IsPreset, r.CreatedOn, r.CreatedBy, r.UpdatedOn, r.UpdatedBy = true, founded, ZeroID, founded, ZeroID
		return r
	}
	own := func(id, name, createdOn, createdBy string, permissions ...Permission) Role {
		t := at(createdOn)
		return Role{
			ID: id, Name: name, Permissions: permissions,
			CreatedOn: t, CreatedBy: createdBy, UpdatedOn: t, UpdatedBy: createdBy,
		}
	}
	may := func(feature string, levels ...string) Permission { return Permission{feature, levels} }
	var everything []Permission
	for _, f := range features() {
		everything = append(everything, may(f, "read", "manage"))
	}
	relaunch := own(ArchivedRoleID, "Website Relaunch 2023", "2023-06-19T16:18:02.5570914Z", TobiasKernID,
		may("project-master-data", "read", "write"))
	relaunch.Archived = true
	return []Role{
		preset(Role{ID: AdminRoleID, Name: "Administrator", IsAdmin: true, Permissions: everything}),
		preset(Role{ID: UserRoleID, Name: "User", Permissions: []Permission{
			may("company-master-data", "read", "manage"), may("project-create", "manage"),
			may("project-master-data", "read", "manage"), may("project-timetracking", "read"), may(userData, "read"),
		}}),
		preset(Role{ID: GuestRoleID, Name: "Guest", IsGuest: true}),
		own(TimeReaderRoleID, "Time Tracking Reader", "2023-10-04T08:02:37.9914203Z", MareikePetersenID,
			may("project-timetracking", "read"), may(userData, "read")),
		own(IntegrationRoleID, "Integration", "2022-11-21T13:49:40.0287365Z", JonasBrandtID,
			may("company-master-data", "read"), may("project-master-data", "read", "write"), may("project-timetracking", "read", "write")),
		own(AuditorRoleID, "Workspace Auditor", "2025-12-01T09:30:15.33Z", JonasBrandtID,
			may(workspaceConfig, "read"), may(userData, "read")),
		own(OperationsRoleID, "Operations", "2025-12-01T09:34:51.7420069Z", JonasBrandtID,
			may(workspaceConfig, "manage"), may("user-manage-config", "manage"), may(userData, "read")),
		relaunch,
	}
}

func seedUsers() []User {
	u := func(id, first, last, email, position, roleID, createdOn, createdBy, updatedOn string) User {
		return User{
			ID: id, FirstName: first, LastName: last, Email: email + "@studio-nordlicht.example", Position: position, RoleID: roleID,
			CreatedOn: at(createdOn), CreatedBy: createdBy, UpdatedOn: at(updatedOn), UpdatedBy: id,
		}
	}
	tobias := u(TobiasKernID, "Tobias", "Kern", "tobias.kern", "Web Developer", UserRoleID, "2022-04-04T07:58:19.2240931Z", JonasBrandtID, "2024-09-30T16:00:44.8801523Z")
	tobias.DeactivatedOn, tobias.UpdatedBy = tobias.UpdatedOn, JonasBrandtID
	klara := u(KlaraVossID, "Klara", "Voss", "klara.voss", "Copywriter", UserRoleID, "2022-03-01T08:11:36.5190027Z", MareikePetersenID, "2023-12-29T12:30:02.7418836Z")
	klara.Archived, klara.DeactivatedOn, klara.UpdatedBy = true, klara.UpdatedOn, MareikePetersenID
	emre := u(EmreYildizID, "Emre", "Yıldız", "emre.yildiz", "Photographer (freelance)", GuestRoleID, "2025-03-17T13:20:09.6655102Z", AylinDemirID, "2025-03-18T06:49:27.0153389Z")
	emre.External = true
	return []User{
		u(MareikePetersenID, "Mareike", "Petersen", "mareike.petersen", "Managing Director", AdminRoleID, "2022-02-14T08:30:11.4821135Z", ZeroID, "2026-03-02T09:18:33.1029475Z"),
		u(JonasBrandtID, "Jonas", "Brandt", "jonas.brandt", "Head of IT", AdminRoleID, "2022-02-15T09:03:52.0917344Z", MareikePetersenID, "2026-04-20T14:07:11.5802916Z"),
		u(AylinDemirID, "Aylin", "Demir", "aylin.demir", "Senior Project Manager", UserRoleID, "2022-08-01T07:30:00.48Z", MareikePetersenID, "2025-11-10T10:22:05.3340971Z"),
		u(HenrikLuedersID, "Henrik", "Lüders", "henrik.lueders", "Project Manager", UserRoleID, "2023-05-02T07:45:13.9027716Z", AylinDemirID, "2025-10-06T08:51:49.7186204Z"),
		u(SophieWagnerID, "Sophie", "Wagner", "sophie.wagner", "Art Director", UserRoleID, "2024-01-08T08:05:27.6610483Z", AylinDemirID, "2025-06-02T10:01:58.2290157Z"),
		emre, tobias, klara,
	}
}
