package sandbox

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Size is how many records a workspace has. Where that is more than the seeded
// ones, unremarkable ones are added: roles that give no more than reading, and
// API users that are spread over these roles, over the client applications and
// over the people who made them. Every third of these API users made one record.
// The same size gives the same records.
type Size struct {
	Roles, Users, ClientApplications, APIUsers int
}

// enlarge adds records until the workspace has the size.
func (ws *workspace) enlarge(size Size) {
	areas := []string{"company-master-data", "project-master-data", "project-planning-data", "project-timetracking"}
	var roles, users, clients []string
	for i := len(ws.roles.order); i < size.Roles; i++ {
		name := fmt.Sprintf("Team Role %03d", i+1)
		r := role(generatedID(name), name, generatedDate(i), JonasBrandtID, permit(pick(areas, i, userData), "read"))
		ws.roles.put(r.ID, r)
		roles = append(roles, r.ID)
	}
	for i := len(ws.users.order); i < size.Users; i++ {
		name := fmt.Sprintf("Employee %04d", i+1)
		u := User{
			ID: generatedID(name), FirstName: "Employee", LastName: fmt.Sprintf("%04d", i+1), Position: "Designer",
			Email: fmt.Sprintf("employee.%04d@studio-nordlicht.example", i+1), RoleID: UserRoleID,
			CreatedOn: date(generatedDate(i)), CreatedBy: MareikePetersenID,
			UpdatedOn: date(generatedDate(i)), UpdatedBy: MareikePetersenID,
		}
		ws.users.put(u.ID, u)
		users = append(users, u.ID)
	}
	for i := len(ws.clients.order); i < size.ClientApplications; i++ {
		a := ClientApplication{
			ClientID: fmt.Sprintf("client-%03d", i+1), DisplayName: fmt.Sprintf("Client %03d", i+1),
			CreatedOn: date(generatedDate(i)), UpdatedOn: date(generatedDate(i)),
		}
		ws.clients.put(a.ClientID, a)
		clients = append(clients, a.ClientID)
	}
	for i := len(ws.apiUsers.order); i < size.APIUsers; i++ {
		name := fmt.Sprintf("Integration %04d", i+1)
		creator := pick(users, i, JonasBrandtID)
		u := APIUser{
			ID: generatedID(name), Name: name,
			RoleID: pick(roles, i, IntegrationRoleID), ClientID: pick(clients, i, ZapierClientID),
			CreatedOn: date(generatedDate(i)), CreatedBy: creator,
			UpdatedOn: date(generatedDate(i)), UpdatedBy: creator,
		}
		ws.apiUsers.put(u.ID, u)
		if i%3 == 0 {
			area := Areas()[i/3%len(Areas())]
			ws.records.put(generatedID(name+" made"), Record{
				Area: area, ID: generatedID(name + " made"), Name: "Made by " + name, UserID: creator,
				CreatedOn: u.CreatedOn.Add(time.Hour), CreatedBy: u.ID, UpdatedOn: u.CreatedOn.Add(time.Hour), UpdatedBy: u.ID,
			})
		}
	}
}

// pick spreads over ids, where there are any.
func pick(ids []string, i int, otherwise string) string {
	if len(ids) == 0 {
		return otherwise
	}
	return ids[i%len(ids)]
}

// generatedID is the same for the same name.
func generatedID(name string) string {
	return uuid.NewSHA1(uuid.MustParse(WorkspaceID), []byte(name)).String()
}

// generatedDate spreads over 500 days.
func generatedDate(i int) string {
	return time.Date(2024, 1, 8, 7, 30, 0, 0, time.UTC).AddDate(0, 0, i%500).Format(time.RFC3339)
}
