package sandbox

import "time"

// WorkspaceName is the name of the seeded workspace.
const WorkspaceName = "Studio Nordlicht"

const workspaceURL = "https://studio-nordlicht.awork.com"

// getWorkspace knows the one workspace that the token is for.
func (s *Sandbox) getWorkspace(c *call) reply {
	if c.id != WorkspaceID {
		return missing("workspace", c.id).reply()
	}
	members := 0
	for _, u := range s.state.users.all() {
		if !u.Archived && u.DeactivatedOn.IsZero() {
			members++
		}
	}
	return ok(wireWorkspace{
		Name: WorkspaceName, Description: "Kreativagentur für Marken und Räume, Hamburg",
		Language: "de-DE", Type: "creative-agency", AllowSocialLogin: true, AllowCredentialsLogin: true,
		ID: WorkspaceID, Subdomains: []wireSubdomain{{Name: "studio-nordlicht", IsDefault: true}}, MemberCount: members,
		CreatedOn: stamp(time.Date(2022, 2, 14, 8, 30, 11, 482_113_500, time.UTC)),
		UpdatedOn: stamp(time.Date(2026, 5, 4, 9, 12, 40, 0, time.UTC)),
	})
}
