package sandbox

import (
	"slices"
	"time"
)

// seed makes the workspace of Studio Nordlicht, an agency in Hamburg.
func seed(bare bool) workspace {
	ws := workspace{tokens: map[string]string{
		AdminToken: AdminUserID, ReaderToken: ReaderUserID, NobodyToken: NobodyUserID,
	}}
	owners := []string{AdminUserID, ReaderUserID, NobodyUserID}
	for _, r := range seedRoles() {
		ws.roles.put(r.ID, r)
	}
	for _, u := range seedUsers() {
		if !bare || u.ID == JonasBrandtID {
			ws.users.put(u.ID, u)
		}
	}
	for _, u := range seedAPIUsers() {
		if !bare || slices.Contains(owners, u.ID) {
			ws.apiUsers.put(u.ID, u)
		}
	}
	for _, a := range seedClients() {
		if !bare || a.ClientID == OperationsClientID {
			ws.clients.put(a.ClientID, a)
		}
	}
	if bare {
		return ws
	}
	for _, w := range seedWebhooks() {
		ws.webhooks.put(w.ID, w)
	}
	return ws
}

// date reads a seeded date.
func date(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic("sandbox: " + err.Error()) // the seed is a constant
	}
	return t
}

func seedAPIUsers() []APIUser {
	return []APIUser{
		{
			ID: AworkConnectorID, Name: "awork Connector",
			CreatedOn: date("2022-03-09T10:41:07.7040147Z"), CreatedBy: ZeroID,
			UpdatedOn: date("2022-03-09T10:41:07.7040147Z"), UpdatedBy: ZeroID,
		},
		{
			ID: ZapierSyncID, Name: "Zapier Sync", RoleID: IntegrationRoleID, ClientID: ZapierClientID,
			CreatedOn: date("2022-11-21T14:05:33.1182904Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: date("2025-08-12T07:55:02.4471983Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: HubSpotBridgeID, Name: "HubSpot Bridge", RoleID: IntegrationRoleID, ClientID: GoneClientID,
			CreatedOn: date("2023-02-06T09:12:48.27Z"), CreatedBy: MareikePetersenID,
			UpdatedOn: date("2023-02-06T09:12:48.27Z"), UpdatedBy: MareikePetersenID,
		},
		{
			ID: RelaunchImporterID, Name: "Relaunch Importer", RoleID: ArchivedRoleID, ClientID: WebsiteFormsClientID,
			CreatedOn: date("2023-06-19T16:30:21.9034412Z"), CreatedBy: TobiasKernID,
			UpdatedOn: date("2023-07-03T11:08:54.6120037Z"), UpdatedBy: TobiasKernID,
		},
		{
			ID: DatevExportID, Name: "DATEV Export", RoleID: TimeReaderRoleID, ClientID: DatevClientID,
			CreatedOn: date("2023-10-04T08:17:29.5518306Z"), CreatedBy: DepartedUserID,
			UpdatedOn: date("2024-01-15T13:44:10.0273915Z"), UpdatedBy: MareikePetersenID,
		},
		{
			ID: TimeDashboardID, Name: "Time Dashboard", RoleID: TimeReaderRoleID, ClientID: TimeDashboardClientID,
			CreatedOn: date("2024-05-27T12:02:16.8390241Z"), CreatedBy: HenrikLuedersID,
			UpdatedOn: date("2024-05-27T12:02:16.8390241Z"), UpdatedBy: HenrikLuedersID,
		},
		{
			ID: WebsiteFormsID, Name: "Website Contact Forms", RoleID: IntegrationRoleID, ClientID: WebsiteFormsClientID,
			CreatedOn: date("2024-09-11T15:26:44.3307718Z"), CreatedBy: AworkConnectorID,
			UpdatedOn: date("2024-09-11T15:26:44.3307718Z"), UpdatedBy: AworkConnectorID,
		},
		{
			ID: PowerBIReportID, Name: "Power BI Report", ClientID: TimeDashboardClientID,
			CreatedOn: date("2025-01-20T09:39:58Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: date("2025-01-20T09:39:58Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: TimeDashboardCopyID, Name: "Time Dashboard", RoleID: TimeReaderRoleID, ClientID: TimeDashboardClientID,
			CreatedOn: date("2025-06-02T10:15:03.0619554Z"), CreatedBy: SophieWagnerID,
			UpdatedOn: date("2025-06-02T10:15:03.0619554Z"), UpdatedBy: SophieWagnerID,
		},
		{
			ID: AdminUserID, Name: "Sandbox Admin", RoleID: AdminRoleID, ClientID: OperationsClientID,
			CreatedOn: date("2026-01-12T08:00:12.4410236Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: date("2026-01-12T08:00:12.4410236Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: ReaderUserID, Name: "Sandbox Reader", RoleID: AuditorRoleID, ClientID: OperationsClientID,
			CreatedOn: date("2026-01-12T08:03:47.9120018Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: date("2026-01-12T08:03:47.9120018Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: NobodyUserID, Name: "Sandbox Nobody", RoleID: IntegrationRoleID, ClientID: OperationsClientID,
			CreatedOn: date("2026-01-12T08:06:30.1775093Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: date("2026-04-28T17:21:09.6348201Z"), UpdatedBy: JonasBrandtID,
		},
	}
}

func seedClients() []ClientApplication {
	return []ClientApplication{
		{
			ClientID: ZapierClientID, DisplayName: "Zapier", Confidential: true, Secret: "sandbox-secret-zapier",
			RedirectURIs: []string{"https://zapier.com/dashboard/auth/oauth/return/App61457CLIAPI/"},
			CreatedOn:    date("2022-11-21T13:58:12.6620318Z"), UpdatedOn: date("2025-08-12T07:51:40.2209417Z"),
		},
		{
			ClientID: DatevClientID, DisplayName: "DATEV Export", Confidential: true, Secret: "sandbox-secret-datev",
			CreatedOn: date("2023-10-04T08:11:05.19Z"), UpdatedOn: date("2023-10-04T08:11:05.19Z"),
		},
		{
			ClientID: WebsiteFormsClientID, DisplayName: "Website Forms",
			RedirectURIs: []string{"https://studio-nordlicht.example/awork/callback"},
			CreatedOn:    date("2023-06-19T16:22:50.7746105Z"), UpdatedOn: date("2024-09-11T15:20:33.0418876Z"),
		},
		{
			ClientID: TimeDashboardClientID, DisplayName: "Time Dashboard",
			RedirectURIs: []string{"https://zeit.studio-nordlicht.example/callback"},
			CreatedOn:    date("2024-05-27T11:57:08.3900152Z"), UpdatedOn: date("2024-05-27T11:57:08.3900152Z"),
		},
		{
			ClientID: OperationsClientID, DisplayName: "Operations Console",
			Confidential: true, Secret: "sandbox-secret-operations",
			CreatedOn: date("2026-01-12T07:54:26.8031447Z"), UpdatedOn: date("2026-01-12T07:54:26.8031447Z"),
		},
	}
}

func seedWebhooks() []Webhook {
	return []Webhook{
		{
			ID: SlackWebhookID, Name: "New projects to Slack", URI: "https://hooks.slack.com/services/T0NORD/B0LICHT",
			Events: "project_added,project_status_changed", Active: true, ReceiverType: "slack",
			CreatedOn: date("2023-03-14T09:02:31.4460182Z"), CreatedBy: JonasBrandtID,
			UpdatedOn: date("2025-02-18T10:45:00.9071523Z"), UpdatedBy: JonasBrandtID,
		},
		{
			ID: FormsWebhookID, Name: "Contact form replies", URI: "https://studio-nordlicht.example/hooks/awork",
			Events: "task_added,task_comment_added", Active: true, Authentication: FormsWebhookSecret,
			CreatedOn: date("2024-09-11T15:31:19.0350648Z"), CreatedBy: WebsiteFormsID,
			UpdatedOn: date("2024-09-11T15:31:19.0350648Z"), UpdatedBy: WebsiteFormsID,
		},
		{
			ID: DashboardWebhookID, Name: "Refresh time dashboard", URI: "https://zeit.studio-nordlicht.example/refresh",
			Events: "time_entry_added,time_entry_updated,time_entry_deleted", LastFailure: "The receiver answered 503.",
			CreatedOn: date("2024-05-28T07:40:55.62Z"), CreatedBy: AworkConnectorID,
			UpdatedOn: date("2026-02-09T03:12:18.2297460Z"), UpdatedBy: ZeroID,
		},
	}
}
