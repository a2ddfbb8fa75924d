package tools_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestCreatedBy(t *testing.T) {
	t.Parallel()
	made := func(d *fixture, by string) []string {
		var names []string
		for _, u := range d.call("list_api_users", args{"createdBy": by}).want("found").list("apiUsers") {
			names = append(names, fmt.Sprint(at(u, "name")))
		}
		return names
	}
	bothEras(t, "who made them", setup{}, func(t *testing.T, d *fixture) {
		for by, want := range map[string][]string{
			sandbox.TobiasKernID:                          {"Relaunch Importer"},
			strings.ToUpper(sandbox.TobiasKernID):         {"Relaunch Importer"},
			"Tobias Kern":                                 {"Relaunch Importer"},
			"Tobias.Kern@studio-nordlicht.example":        {"Relaunch Importer"},
			sandbox.DepartedUserID:                        {"DATEV Export"},
			"awork Connector":                             {"Website Contact Forms"},
			"Aylin Demir":                                 nil,
			unknownID:                                     nil,
			" mareike.petersen@studio-nordlicht.example ": {"HubSpot Bridge"},
		} {
			if got := made(d, by); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", by, got, want)
			}
		}
		d.call("list_api_users", args{"createdBy": "Tobias Korn"}).want("invalid_input", "createdBy", "Nearest", "Tobias Kern")
		d.call("list_api_users", args{"createdBy": "Jonas Brandt", "text": "power"}).want("found").same(1, "total")
		page := d.call("list_api_users", args{"createdBy": "Jonas Brandt", "limit": 1}).want("found")
		d.call("list_api_users", args{"createdBy": "Tobias Kern", "cursor": page.str("nextCursor")}).want("invalid_input", "other filters")
	})
	bothEras(t, "ambiguous", setup{}, func(_ *testing.T, d *fixture) {
		d.box.AddUser(sandbox.User{ID: unknownID, FirstName: "Tobias", LastName: "Kern", Email: "t@studio.example", RoleID: sandbox.UserRoleID})
		d.call("list_api_users", args{"createdBy": "Tobias Kern"}).
			want("invalid_input", "more than one", unknownID, sandbox.TobiasKernID, "deactivated", `"t@studio.example"`)
		d.call("list_api_users", args{"createdBy": "t@studio.example"}).want("found").same(0, "total")
	})
	bothEras(t, "users unread", setup{faults: []sandbox.Fault{{Kind: sandbox.FaultUnauthorized, Path: "/users"}}}, func(_ *testing.T, d *fixture) {
		d.call("list_api_users", args{"createdBy": "Tobias Kern"}).want("invalid_input", "Not all users")
		d.call("list_api_users", args{"createdBy": sandbox.TobiasKernID}).want("found").same(1, "total")
	})
}
