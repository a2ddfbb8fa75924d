package sandbox

func seedRoles() []Role {
	var everything []Permission
	for _, f := range features() {
		everything = append(everything, permit(f, "read", "manage"))
	}
	admin := presetRole(AdminRoleID, "Administrator", everything...)
	admin.IsAdmin = true
	guest := presetRole(GuestRoleID, "Guest")
	guest.IsGuest = true
	relaunch := role(ArchivedRoleID, "Website Relaunch 2023", "2023-06-19T16:18:02.5570914Z", TobiasKernID,
		permit("project-master-data", "read", "write"))
	relaunch.Archived = true
	return []Role{
		admin,
		presetRole(UserRoleID, "User",
			permit("company-master-data", "read", "manage"), permit("project-create", "manage"),
			permit("project-master-data", "read", "manage"), permit("project-timetracking", "read"),
			permit(userData, "read")),
		guest,
		role(TimeReaderRoleID, "Time Tracking Reader", "2023-10-04T08:02:37.9914203Z", MareikePetersenID,
			permit("project-timetracking", "read"), permit(userData, "read")),
		role(IntegrationRoleID, "Integration", "2022-11-21T13:49:40.0287365Z", JonasBrandtID,
			permit("company-master-data", "read"), permit("project-master-data", "read", "write"),
			permit("project-timetracking", "read", "write")),
		role(AuditorRoleID, "Workspace Auditor", "2025-12-01T09:30:15.33Z", JonasBrandtID,
			permit(workspaceConfig, "read"), permit(userData, "read")),
		role(OperationsRoleID, "Operations", "2025-12-01T09:34:51.7420069Z", JonasBrandtID,
			permit(workspaceConfig, "manage"), permit("user-manage-config", "manage"), permit(userData, "read")),
		relaunch,
	}
}

// presetRole is one that awork made with the workspace.
func presetRole(id, name string, permissions ...Permission) Role {
	r := role(id, name, "2022-02-14T08:30:11.4821135Z", ZeroID, permissions...)
	r.IsPreset = true
	return r
}

func role(id, name, createdOn, createdBy string, permissions ...Permission) Role {
	return Role{
		ID: id, Name: name, Permissions: permissions,
		CreatedOn: date(createdOn), CreatedBy: createdBy, UpdatedOn: date(createdOn), UpdatedBy: createdBy,
	}
}

func permit(feature string, levels ...string) Permission { return Permission{feature, levels} }

func seedUsers() []User {
	return []User{
		{
			ID: MareikePetersenID, FirstName: "Mareike", LastName: "Petersen",
			Email: "mareike.petersen@studio-nordlicht.example", Position: "Managing Director", RoleID: AdminRoleID,
			CreatedOn: date("2022-02-14T08:30:11.4821135Z"), CreatedBy: ZeroID,
			UpdatedOn: date("2026-03-02T09:18:33.1029475Z"), UpdatedBy: MareikePetersenID,
		},
		{
			ID: JonasBrandtID, FirstName: "Jonas", LastName: "Brandt", Email: "jonas.brandt@studio-nordlicht.example",
			Position: "Head of IT", RoleID: AdminRoleID,
			CreatedOn: date("2022-02-15T09:03:52.0917344Z"), CreatedBy: MareikePetersenID,
			UpdatedOn: date("2026-04-20T14:07:11.5802916Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: AylinDemirID, FirstName: "Aylin", LastName: "Demir", Email: "aylin.demir@studio-nordlicht.example",
			Position: "Senior Project Manager", RoleID: UserRoleID,
			CreatedOn: date("2022-08-01T07:30:00.48Z"), CreatedBy: MareikePetersenID,
			UpdatedOn: date("2025-11-10T10:22:05.3340971Z"), UpdatedBy: AylinDemirID,
		},
		{
			ID: HenrikLuedersID, FirstName: "Henrik", LastName: "Lüders", Email: "henrik.lueders@studio-nordlicht.example",
			Position: "Project Manager", RoleID: UserRoleID,
			CreatedOn: date("2023-05-02T07:45:13.9027716Z"), CreatedBy: AylinDemirID,
			UpdatedOn: date("2025-10-06T08:51:49.7186204Z"), UpdatedBy: HenrikLuedersID,
		},
		{
			ID: SophieWagnerID, FirstName: "Sophie", LastName: "Wagner", Email: "sophie.wagner@studio-nordlicht.example",
			Position: "Art Director", RoleID: UserRoleID,
			CreatedOn: date("2024-01-08T08:05:27.6610483Z"), CreatedBy: AylinDemirID,
			UpdatedOn: date("2025-06-02T10:01:58.2290157Z"), UpdatedBy: SophieWagnerID,
		},
		{
			ID: EmreYildizID, FirstName: "Emre", LastName: "Yıldız", Email: "emre.yildiz@studio-nordlicht.example",
			Position: "Photographer (freelance)", RoleID: GuestRoleID, External: true,
			CreatedOn: date("2025-03-17T13:20:09.6655102Z"), CreatedBy: AylinDemirID,
			UpdatedOn: date("2025-03-18T06:49:27.0153389Z"), UpdatedBy: EmreYildizID,
		},
		{
			ID: TobiasKernID, FirstName: "Tobias", LastName: "Kern", Email: "tobias.kern@studio-nordlicht.example",
			Position: "Web Developer", RoleID: UserRoleID, DeactivatedOn: date("2024-09-30T16:00:44.8801523Z"),
			CreatedOn: date("2022-04-04T07:58:19.2240931Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: date("2024-09-30T16:00:44.8801523Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: KlaraVossID, FirstName: "Klara", LastName: "Voss", Email: "klara.voss@studio-nordlicht.example",
			Position: "Copywriter", RoleID: UserRoleID, Archived: true, DeactivatedOn: date("2023-12-29T12:30:02.7418836Z"),
			CreatedOn: date("2022-03-01T08:11:36.5190027Z"), CreatedBy: MareikePetersenID,
			UpdatedOn: date("2023-12-29T12:30:02.7418836Z"), UpdatedBy: MareikePetersenID,
		},
	}
}
