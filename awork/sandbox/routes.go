package sandbox

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// routes lists the endpoints, each with the permission that awork's
// specification names for it (x-access in https://api.awork.com/openapi/v1).
// awork documents no answer to a method that a path does not have; the sandbox
// says that there is no such path.
func (s *Sandbox) routes() *http.ServeMux {
	mux := http.NewServeMux()
	handle := func(pattern string, need access, endpoint func(*call) reply) {
		method, path, _ := strings.Cut(pattern, " ")
		hasID := strings.Contains(path, "{id}")
		mux.HandleFunc(method+" "+BasePath+path, func(w http.ResponseWriter, r *http.Request) {
			c := w.(*call)
			if hasID {
				id, isGUID := parseGUID(r.PathValue("id"))
				if !isGUID {
					return // awork's paths want a GUID here: another one matches nothing
				}
				c.id = id
			}
			if refusal := need.refuse(c.caller); refusal != nil {
				c.out = *refusal
				return
			}
			c.out = endpoint(c)
		})
	}

	handle("GET /apiusers", configRead("ApiUser"), s.listAPIUsers)
	handle("POST /apiusers", configWrite("ApiUser"), s.createAPIUser)
	handle("GET /apiusers/{id}", configRead("ApiUser"), s.getAPIUser)
	handle("PUT /apiusers/{id}", configWrite("ApiUser"), s.updateAPIUser)
	handle("DELETE /apiusers/{id}", configWrite("ApiUser"), s.deleteAPIUser)

	handle("GET /clientapplications", configRead("ClientApplication"), s.listClients)
	handle("POST /clientapplications", configWrite("ClientApplication"), s.createClient)
	handle("GET /clientapplications/{clientId}", configRead("ClientApplication"), s.getClient)
	handle("PUT /clientapplications/{clientId}", configWrite("ClientApplication"), s.updateClient)
	handle("DELETE /clientapplications/{clientId}", configWrite("ClientApplication"), s.deleteClient)
	handle("POST /clientapplications/{clientId}/generatesecret", configWrite("ClientApplication"), s.generateSecret)
	handle("POST /clientapplications/{clientId}/generateapikey", configRead("ClientApplication"), s.generateAPIKey)

	handle("GET /me", anyone(), s.me)
	handle("GET /me/permissions", anyone(), s.myPermissions)
	handle("GET /users/me", anyone(), s.me)
	handle("GET /users", anyone(), s.listUsers)
	handle("GET /users/{id}", anyone(), s.getUser)

	handle("GET /roles", configRead("Role"), s.listRoles)
	handle("GET /roles/users", anyone(), s.internal)
	handle("GET /roles/{idOrName}", configRead("Role"), s.getRole)
	handle("GET /roles/{id}/permissions", configRead("Role"), s.listRolePermissions)

	handle("GET /webhooks", configRead("WebhookConfig"), s.listWebhooks)
	handle("GET /webhooks/{id}", configRead("WebhookConfig"), s.getWebhook)

	handle("GET /permissions/features", anyone(), s.listFeatures)
	handle("GET /workspaces/{id}", anyone(), s.getWorkspace)
	return mux
}

// parseGUID reads a GUID as .NET would (canonical, in braces, or 32 digits; any
// case) and returns it in canonical form.
func parseGUID(text string) (string, bool) {
	if uuid.Validate(text) != nil || strings.HasPrefix(strings.ToLower(text), "urn:") {
		return "", false
	}
	id, err := uuid.Parse(text)
	return id.String(), err == nil
}
