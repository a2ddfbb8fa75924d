package sandbox

// BasePath is the path everything is served under, as at
// https://api.awork.com/api/v1 (https://developers.awork.com/versioning). Any
// other path answers 404 with awork's error body.
const BasePath = "/api/v1"

// The tokens of a new sandbox. Each belongs to an API user of its own, the one
// that GET /me names.
const (
	AdminToken  = "sandbox-admin"  // in the admin role: may do everything
	ReaderToken = "sandbox-reader" // may read the workspace's configuration and its users
	NobodyToken = "sandbox-nobody" // may read neither
)

// The seeded workspace.
const (
	WorkspaceID   = "eb244c7c-61f9-4e88-83f5-81d534be0fdb"
	WorkspaceName = "Studio Nordlicht"
)

// The seeded API users, in the order in which they are listed.
const (
	// AworkConnectorID is admin by omission and of no client application; its
	// createdBy is the zero GUID.
	AworkConnectorID    = "bb5916eb-c72c-44ee-9194-8321f4d84c60"
	ZapierSyncID        = "693325c2-be31-4939-8e36-a82a27e4afd9" // healthy
	HubSpotBridgeID     = "d9d6bb12-1690-4f61-ab52-babababdfcc3" // orphan: its client application is gone
	RelaunchImporterID  = "59337c39-50a7-4e61-bfff-2616d2f1f6f6" // in an archived role, made by someone who is deactivated
	DatevExportID       = "7db02079-2907-4bdb-ae9a-d48c3511c0d0" // made by someone who has left
	TimeDashboardID     = "c4343bfe-cadc-4097-92e5-535077c9b7f5" // healthy, but for its double
	WebsiteFormsID      = "4997b03e-1116-47fa-90c3-9977a752e429" // made by an API user, the awork Connector
	PowerBIReportID     = "3b78fe3d-f12c-407a-8907-39f092bc0d11" // admin by omission
	TimeDashboardCopyID = "7394ae0f-a8e0-4901-9e38-894f610f4848" // has the name of TimeDashboardID
	AdminUserID         = "5fa814ac-1ffe-457a-b35b-46e68230b1f4" // owns AdminToken
	ReaderUserID        = "263663d2-cd28-4fc9-bb9f-c0ec42c737ac" // owns ReaderToken
	NobodyUserID        = "1fac38bc-78a5-4d63-820d-352d7941813f" // owns NobodyToken
)

// The seeded roles.
const (
	AdminRoleID       = "9859b1df-748c-4efc-88e2-a84636be63bf" // "Administrator", the admin role
	UserRoleID        = "19e21d76-8a81-4c45-9ad5-619cbec6337e" // "User"
	GuestRoleID       = "5ebe7cc8-318a-4479-8344-4174984ef215" // "Guest"
	TimeReaderRoleID  = "5d093ded-7c90-4da9-b1ed-f77dada182c0" // "Time Tracking Reader"
	IntegrationRoleID = "ece73048-cab3-451e-a44b-206fb62ba0ee" // "Integration"
	AuditorRoleID     = "5060be35-e5e7-44f4-9202-937120c803e2" // "Workspace Auditor": may read the configuration
	OperationsRoleID  = "a5578468-0ebc-4d75-a9c1-b05941bf2934" // "Operations": may manage it, and is not the admin role
	ArchivedRoleID    = "68f36013-b2ba-4c9e-ad13-771c65bfe81a" // "Website Relaunch 2023", archived
)

// The seeded client applications.
const (
	ZapierClientID        = "zapier"
	DatevClientID         = "datev-export"
	WebsiteFormsClientID  = "website-forms"
	TimeDashboardClientID = "time-dashboard"
	OperationsClientID    = "operations-console" // of the three token owners
	GoneClientID          = "hubspot-bridge"     // does not exist: HubSpotBridgeID names it
)

// The seeded people.
const (
	MareikePetersenID = "03d6f5ee-05ab-4994-bfd2-9f38520e180f" // managing director, admin
	JonasBrandtID     = "c2c4792c-9881-4dab-83d7-0174fd463286" // head of IT, admin
	AylinDemirID      = "dd575c6d-e09e-44d8-84d3-27d93cc0fd8e" // project manager
	HenrikLuedersID   = "2e1407f5-5347-4141-90ca-f4f40ced5ad2" // project manager
	SophieWagnerID    = "ee0a6dc8-0cbf-44d1-96fa-c5e48afa47e5" // designer
	EmreYildizID      = "c2b7809b-fe75-42f8-a430-1c6cfe57af24" // freelancer, guest
	TobiasKernID      = "65907ba8-ebb3-482e-a97d-9d00f10c9c94" // deactivated
	KlaraVossID       = "73740218-374c-4853-aef1-007540ab6ff9" // archived
	DepartedUserID    = "997ede05-3888-4df2-b988-08d1281d2524" // does not exist: has left and was deleted
)

// The seeded webhooks.
const (
	SlackWebhookID     = "11953da8-6b16-40ee-b9ee-6fca0893c641" // made by a person
	FormsWebhookID     = "c4588a45-c084-4d16-a61f-3b0c995636c3" // made by WebsiteFormsID, with an authentication secret
	DashboardWebhookID = "446eee4c-a4c2-4e9f-ac1e-6a02c242f3e1" // made by AworkConnectorID, paused after failures
)

// FormsWebhookSecret is the authentication of FormsWebhookID, which awork shows
// to whoever may read webhooks.
const FormsWebhookSecret = "X-Nordlicht-Key=fj0rd-9Qm2vT7c"

// ZeroID is the GUID that awork gives as creator where it names none.
const ZeroID = "00000000-0000-0000-0000-000000000000"
