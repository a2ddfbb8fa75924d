package sandbox

import (
	"slices"
	"time"
)

// at reads a seeded date.
func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic("sandbox: " + err.Error()) // the seed is a constant
	}
	return t
}

// seed makes the workspace of Studio Nordlicht, an agency in Hamburg.
func seed(bare bool) state {
	st := state{tokens: map[string]string{
		AdminToken: AdminUserID, ReaderToken: ReaderUserID, NobodyToken: NobodyUserID,
	}}
	owners := []string{AdminUserID, ReaderUserID, NobodyUserID}
	for _, r := range seedRoles() {
		st.roles.put(r.ID, r)
	}
	for _, u := range seedUsers() {
		if !bare || u.ID == JonasBrandtID {
			st.users.put(u.ID, u)
		}
	}
	for _, u := range seedAPIUsers() {
		if !bare || slices.Contains(owners, u.ID) {
			st.apiUsers.put(u.ID, u)
		}
	}
	for _, a := range seedClients() {
		if !bare || a.ClientID == OperationsClientID {
			st.clients.put(a.ClientID, a)
		}
	}
	if !bare {
		for _, w := range seedWebhooks() {
			st.webhooks.put(w.ID, w)
		}
	}
	return st
}

func seedAPIUsers() []APIUser {
	u := func(id, name, roleID, clientID, createdOn, createdBy, updatedOn, updatedBy string) APIUser {
		return APIUser{id, name, roleID, clientID, at(createdOn), createdBy, at(updatedOn), updatedBy}
	}
	return []APIUser{
		u(AworkConnectorID, "awork Connector", "", "", "2022-03-09T10:41:07.7040147Z", ZeroID, "2022-03-09T10:41:07.7040147Z", ZeroID),
		u(ZapierSyncID, "Zapier Sync", IntegrationRoleID, ZapierClientID, "2022-11-21T14:05:33.1182904Z", JonasBrandtID, "2025-08-12T07:55:02.4471983Z", JonasBrandtID),
		u(HubSpotBridgeID, "HubSpot Bridge", IntegrationRoleID, GoneClientID, "2023-02-06T09:12:48.27Z", MareikePetersenID, "2023-02-06T09:12:48.27Z", MareikePetersenID),
		u(RelaunchImporterID, "Relaunch Importer", ArchivedRoleID, WebsiteFormsClientID, "2023-06-19T16:30:21.9034412Z", TobiasKernID, "2023-07-03T11:08:54.6120037Z", TobiasKernID),
		u(DatevExportID, "DATEV Export", TimeReaderRoleID, DatevClientID, "2023-10-04T08:17:29.5518306Z", DepartedUserID, "2024-01-15T13:44:10.0273915Z", MareikePetersenID),
		u(TimeDashboardID, "Time Dashboard", TimeReaderRoleID, TimeDashboardClientID, "2024-05-27T12:02:16.8390241Z", HenrikLuedersID, "2024-05-27T12:02:16.8390241Z", HenrikLuedersID),
		u(WebsiteFormsID, "Website Contact Forms", IntegrationRoleID, WebsiteFormsClientID, "2024-09-11T15:26:44.3307718Z", AworkConnectorID, "2024-09-11T15:26:44.3307718Z", AworkConnectorID),
		u(PowerBIReportID, "Power BI Report", "", TimeDashboardClientID, "2025-01-20T09:39:58Z", JonasBrandtID, "2025-01-20T09:39:58Z", JonasBrandtID),
		u(TimeDashboardCopyID, "Time Dashboard", TimeReaderRoleID, TimeDashboardClientID, "2025-06-02T10:15:03.0619554Z", SophieWagnerID, "2025-06-02T10:15:03.0619554Z", SophieWagnerID),
		u(AdminUserID, "Sandbox Admin", AdminRoleID, OperationsClientID, "2026-01-12T08:00:12.4410236Z", JonasBrandtID, "2026-01-12T08:00:12.4410236Z", JonasBrandtID),
		u(ReaderUserID, "Sandbox Reader", AuditorRoleID, OperationsClientID, "2026-01-12T08:03:47.9120018Z", JonasBrandtID, "2026-01-12T08:03:47.9120018Z", JonasBrandtID),
		u(NobodyUserID, "Sandbox Nobody", IntegrationRoleID, OperationsClientID, "2026-01-12T08:06:30.1775093Z", JonasBrandtID, "2026-04-28T17:21:09.6348201Z", JonasBrandtID),
	}
}

func seedClients() []ClientApplication {
	a := func(id, name, redirect, secret, createdOn, updatedOn string) ClientApplication {
		app := ClientApplication{
			ClientID: id, DisplayName: name, Confidential: secret != "", Secret: secret,
			CreatedOn: at(createdOn), UpdatedOn: at(updatedOn),
		}
		if redirect != "" {
			app.RedirectURIs = []string{redirect}
		}
		return app
	}
	return []ClientApplication{
		a(ZapierClientID, "Zapier", "https://zapier.com/dashboard/auth/oauth/return/App61457CLIAPI/", "sandbox-secret-zapier", "2022-11-21T13:58:12.6620318Z", "2025-08-12T07:51:40.2209417Z"),
		a(DatevClientID, "DATEV Export", "", "sandbox-secret-datev", "2023-10-04T08:11:05.19Z", "2023-10-04T08:11:05.19Z"),
		a(WebsiteFormsClientID, "Website Forms", "https://studio-nordlicht.example/awork/callback", "", "2023-06-19T16:22:50.7746105Z", "2024-09-11T15:20:33.0418876Z"),
		a(TimeDashboardClientID, "Time Dashboard", "https://zeit.studio-nordlicht.example/callback", "", "2024-05-27T11:57:08.3900152Z", "2024-05-27T11:57:08.3900152Z"),
		a(OperationsClientID, "Operations Console", "", "sandbox-secret-operations", "2026-01-12T07:54:26.8031447Z", "2026-01-12T07:54:26.8031447Z"),
	}
}

func seedWebhooks() []Webhook {
	return []Webhook{
		{
			ID: SlackWebhookID, Name: "New projects to Slack", URI: "https://hooks.slack.com/services/T0NORD/B0LICHT",
			Events: "project_added,project_status_changed", Active: true, ReceiverType: "slack",
			CreatedOn: at("2023-03-14T09:02:31.4460182Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: at("2025-02-18T10:45:00.9071523Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: FormsWebhookID, Name: "Contact form replies", URI: "https://studio-nordlicht.example/hooks/awork",
			Events: "task_added,task_comment_added", Active: true, Authentication: FormsWebhookSecret,
			CreatedOn: at("2024-09-11T15:31:19.0350648Z"), CreatedBy: WebsiteFormsID,
			UpdatedOn: at("2024-09-11T15:31:19.0350648Z"), UpdatedBy: WebsiteFormsID,
		},
		{
			ID: DashboardWebhookID, Name: "Refresh time dashboard", URI: "https://zeit.studio-nordlicht.example/refresh",
			Events: "time_entry_added,time_entry_updated,time_entry_deleted", LastFailure: "The receiver answered 503.",
			CreatedOn: at("2024-05-28T07:40:55.62Z"), CreatedBy: AworkConnectorID,
			UpdatedOn: at("2026-02-09T03:12:18.2297460Z"), UpdatedBy: ZeroID,
		},
	}
}
