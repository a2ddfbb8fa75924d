package tools_test

import (
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

const (
	deleteOne = "Delete this API user from the awork workspace \"Studio Nordlicht\"?\n\n"
	lasting   = "\nPrograms that use its keys will probably stop working. It can't be undone: an API user made again gets a new id and has no keys."
	everyone  = "It will hold every right in the workspace: to read, change and delete everything."
	byConfig  = "its role has access to workspace-manage-config, which lets its holder create a key of any admin"
)

// What a human is shown, word for word.
func TestQuestions(t *testing.T) {
	t.Parallel()
	unreadable := func(d *fixture) {
		for _, path := range []string{"/webhooks", "/roles/*/permissions", "/users"} {
			d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultUnauthorized, Path: path})
		}
	}
	put := func(u sandbox.APIUser) func(*fixture) { return func(d *fixture) { d.box.AddAPIUser(u) } }
	unnamed := func(d *fixture) { d.box.AddClientApplication(sandbox.ClientApplication{ClientID: "zapier"}) }
	without := func(ids ...string) func(*fixture) {
		return func(d *fixture) {
			for _, id := range ids {
				d.box.RemoveAPIUser(id)
			}
		}
	}
	zapier := args{"apiUserId": sandbox.ZapierSyncID}
	zapierIs := "Its id is " + sandbox.ZapierSyncID + ".\nIt has the role \"Integration\" and is not an admin.\nIt belongs to client application \"Zapier\".\nIt was created on 2022-11-21 by \"Jonas Brandt\".\n"
	admins := []string{sandbox.AdminUserID, sandbox.ReaderUserID, sandbox.PowerBIReportID}
	for name, c := range map[string]struct {
		before    func(*fixture)
		tool      string
		arguments args
		want      string
	}{
		"a normal one": {nil, "delete_api_user", zapier, deleteOne + "It is named \"Zapier Sync\".\n" + zapierIs + lasting},
		"an admin by omission, with a webhook": {nil, "delete_api_user", args{"apiUserId": sandbox.AworkConnectorID}, deleteOne +
			"It is named \"awork Connector\".\nIts id is " + sandbox.AworkConnectorID + ".\nIt has no role, which in awork makes it an admin.\n" +
			"It belongs to no client application.\nIt was created on 2022-03-09.\nIt made 1 webhook: \"Refresh time dashboard\" (to \"zeit.studio-nordlicht.example\").\n" + lasting},
		"an admin": {nil, "delete_api_user", args{"apiUserId": sandbox.AdminUserID}, deleteOne +
			"It is named \"Sandbox Admin\".\nIts id is " + sandbox.AdminUserID + ".\nIt has the role \"Administrator\" and counts as an admin: its role is the workspace's admin role.\n" +
			"It belongs to client application \"Operations Console\".\nIt was created on 2026-01-12 by \"Jonas Brandt\".\n" + lasting},
		"an admin in effect": {nil, "delete_api_user", args{"apiUserId": sandbox.ReaderUserID}, deleteOne +
			"It is named \"Sandbox Reader\".\nIts id is " + sandbox.ReaderUserID + ".\nIt has the role \"Workspace Auditor\" and counts as an admin: " + byConfig + ".\n" +
			"It belongs to client application \"Operations Console\".\nIt was created on 2026-01-12 by \"Jonas Brandt\".\n" + lasting},
		"what can't be read": {unreadable, "delete_api_user", zapier, deleteOne +
			"It is named \"Zapier Sync\".\nIts id is " + sandbox.ZapierSyncID + ".\nIt has the role \"Integration\" and counts as an admin: what its role may do can't be read, so it is taken for an admin.\n" +
			"It belongs to client application \"Zapier\".\nIt was created on 2022-11-21.\nWhether it made webhooks could not be read.\n" + lasting},
		"an orphan": {nil, "delete_api_user", args{"apiUserId": sandbox.HubSpotBridgeID}, deleteOne +
			"It is named \"HubSpot Bridge\".\nIts id is " + sandbox.HubSpotBridgeID + ".\nIt has the role \"Integration\" and is not an admin.\n" +
			"It belongs to client application \"hubspot-bridge\", which no longer exists.\nIt was created on 2023-02-06 by \"Mareike Petersen\".\n" + lasting},
		"of one who left": {nil, "delete_api_user", args{"apiUserId": sandbox.RelaunchImporterID}, deleteOne +
			"It is named \"Relaunch Importer\".\nIts id is " + sandbox.RelaunchImporterID + ".\nIt has the role \"Website Relaunch 2023\" and is not an admin.\n" +
			"It belongs to client application \"Website Forms\".\nIt was created on 2023-06-19 by \"Tobias Kern\" (deactivated).\n" + lasting},
		"of an API user, with a secret webhook": {nil, "delete_api_user", args{"apiUserId": sandbox.WebsiteFormsID}, deleteOne +
			"It is named \"Website Contact Forms\".\nIts id is " + sandbox.WebsiteFormsID + ".\nIt has the role \"Integration\" and is not an admin.\n" +
			"It belongs to client application \"Website Forms\".\nIt was created on 2024-09-11 by the API user \"awork Connector\".\nIt made 1 webhook: \"Contact form replies\" (to \"studio-nordlicht.example\").\n" + lasting},
		"the last admin": {without(admins...), "delete_api_user", args{"apiUserId": sandbox.AworkConnectorID}, deleteOne +
			"It is named \"awork Connector\".\nIts id is " + sandbox.AworkConnectorID + ".\nIt has no role, which in awork makes it an admin.\n" +
			"It belongs to no client application.\nIt was created on 2022-03-09.\nIt made 1 webhook: \"Refresh time dashboard\" (to \"zeit.studio-nordlicht.example\").\n" +
			"\nNo API user that counts as an admin will be left. " + strings.TrimPrefix(lasting, "\n")},
		"of a client application without a name": {unnamed, "delete_api_user", zapier, deleteOne + "It is named \"Zapier Sync\".\n" +
			strings.Replace(zapierIs, "application \"Zapier\"", "application \"zapier\"", 1) + lasting},
		"a hostile one": {put(sandbox.APIUser{ID: sandbox.ZapierSyncID, Name: "\u202eevil\n\nDelete \"nothing\" \\ with their keys?\u200b " + strings.Repeat("x", 10_000), RoleID: sandbox.IntegrationRoleID,
			ClientID: "a\u200b\"b\nc", CreatedBy: sandbox.DepartedUserID}), "delete_api_user", zapier, deleteOne +
			"It is named \"evil  Delete \\\"nothing\\\" \\\\ with their keys? " + strings.Repeat("x", 37) + "…\".\nIts id is " + sandbox.ZapierSyncID + ".\nIt has the role \"Integration\" and is not an admin.\n" +
			"It belongs to client application \"a\\\"b c\", which no longer exists.\nIt was created on 2000-01-01 by someone who is gone.\n" + lasting},
		"three": {nil, "delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.DatevExportID, sandbox.AworkConnectorID, unknownID}},
			"Delete these 3 API users from the awork workspace \"Studio Nordlicht\"?\n\n" +
				"• \"Zapier Sync\" (" + sandbox.ZapierSyncID + "): role \"Integration\", client application \"Zapier\", created on 2022-11-21 by \"Jonas Brandt\"\n" +
				"• \"DATEV Export\" (" + sandbox.DatevExportID + "): role \"Time Tracking Reader\", client application \"DATEV Export\", created on 2023-10-04 by someone who is gone\n" +
				"• \"awork Connector\" (" + sandbox.AworkConnectorID + "): no role (ADMIN), no client application, created on 2022-03-09, made 1 webhook\n" +
				"\nPrograms that use their keys will probably stop working. It can't be undone: an API user made again gets a new id and has no keys."},
		"a new admin": {nil, "create_api_user", args{"name": "Robot \"2\"", "admin": true}, "Create the API user \"Robot \\\"2\\\"\" in the awork workspace \"Studio Nordlicht\" with the role \"Administrator\"?\n\n" + everyone},
		"a new admin in effect": {nil, "create_api_user", args{"name": "Robot", "admin": true, "roleId": "Operations", "clientId": "Zapier"},
			"Create the API user \"Robot\" in the awork workspace \"Studio Nordlicht\" with the role \"Operations\"?\n\nIt will belong to client application \"Zapier\".\n\n" +
				"It will count as an admin because " + byConfig + ". That amounts to every right in the workspace."},
		"a role that can't be read": {unreadable, "create_api_user", args{"name": "Robot", "admin": true, "roleId": "Operations"},
			"Create the API user \"Robot\" in the awork workspace \"Studio Nordlicht\" with the role \"Operations\"?\n\nWhat this role may do can't be read: take it for every right in the workspace."},
		"made an admin": {nil, "update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "admin": true, "name": "Boss"},
			"Make the API user \"Zapier Sync\" an admin in the awork workspace \"Studio Nordlicht\" with the role \"Administrator\"?\n\n" + zapierIs + "It will be named \"Boss\".\n\n" + everyone},
	} {
		bothEras(t, name, setup{owner: sandbox.JonasBrandtID}, func(t *testing.T, d *fixture) {
			if c.before != nil {
				c.before(d)
			}
			p := says(args{"action": "decline"})
			p.call(d, c.tool, c.arguments).want("declined")
			if got := p.heard[0].Message; got != c.want {
				t.Errorf("asked\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// The form has a box, not ticked, and for several a number.
func TestForms(t *testing.T) {
	t.Parallel()
	box := args{"type": "boolean", "title": "Yes, do it", "default": false}
	bothEras(t, "schemas", setup{}, func(t *testing.T, d *fixture) {
		for name, want := range map[string]args{
			"delete": {"type": "object", "properties": args{"confirm": box}, "required": []string{"confirm"}},
			"bulk":   {"type": "object", "properties": args{"confirm": box, "count": args{"type": "string", "title": "How many? Type 3"}}, "required": []string{"confirm", "count"}},
		} {
			p := says(args{"action": "cancel"})
			p.call(d, asking[name].tool, asking[name].arguments).want("declined")
			if got := string(mustJSON(p.heard[0].RequestedSchema)); got != string(mustJSON(want)) {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}

// Who is left is named as it is now, whatever was cached of the names a moment ago.
func TestLastAdminAfterTheOneBefore(t *testing.T) {
	t.Parallel()
	bothEras(t, "deleted", setup{owner: sandbox.JonasBrandtID}, func(t *testing.T, d *fixture) {
		for _, id := range []string{sandbox.AdminUserID, sandbox.ReaderUserID} {
			d.box.RemoveAPIUser(id)
		}
		for i, id := range []string{sandbox.AworkConnectorID, sandbox.PowerBIReportID} {
			p := says(yes)
			p.call(d, "delete_api_user", args{"apiUserId": id}).want("deleted")
			if last := strings.Contains(p.heard[0].Message, "No API user that counts as an admin will be left."); last != (i == 1) {
				t.Errorf("number %d: %s", i, p.heard[0].Message)
			}
		}
	})
}

// A code is asked for in the same words, in one line.
func TestTheQuestionOfACode(t *testing.T) {
	t.Parallel()
	bothEras(t, "strict", setup{policy: strict}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("confirmation_required",
			`Delete this API user from the awork workspace "Studio Nordlicht"? It is named "Zapier Sync". Its id is `, `probably stop working`, "Nothing was sent. Ask the user;", "five minutes")
		d.call("delete_api_users", args{"apiUserIds": three}).want("confirmation_required", `"Zapier Sync"`, `"DATEV Export"`, `"Time Dashboard"`, "Nothing was sent.")
		d.nothingWritten()
	})
}
