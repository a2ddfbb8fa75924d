package sandbox

import (
	"net/url"
	"strings"
)

// route is an endpoint with the permission that awork's specification names for
// it (x-access in https://api.awork.com/openapi/v1). A segment of the path in
// braces stands for any text; {id} stands for a GUID.
type route struct {
	method, path string
	need         access
	entity       string // what a refusal names
	endpoint     func(*call) reply
}

// routes lists the endpoints.
func routes() []route {
	return []route{
		{"GET", "/apiusers", readConfig, "ApiUser", listAPIUsers},
		{"POST", "/apiusers", writeConfig, "ApiUser", createAPIUser},
		{"GET", "/apiusers/{id}", readConfig, "ApiUser", getAPIUser},
		{"PUT", "/apiusers/{id}", writeConfig, "ApiUser", updateAPIUser},
		{"DELETE", "/apiusers/{id}", writeConfig, "ApiUser", deleteAPIUser},

		{"GET", "/clientapplications", readConfig, "ClientApplication", listClients},
		{"POST", "/clientapplications", writeConfig, "ClientApplication", createClient},
		{"GET", "/clientapplications/{clientId}", readConfig, "ClientApplication", getClient},
		{"PUT", "/clientapplications/{clientId}", writeConfig, "ClientApplication", updateClient},
		{"DELETE", "/clientapplications/{clientId}", writeConfig, "ClientApplication", deleteClient},
		{"POST", "/clientapplications/{clientId}/generatesecret", writeConfig, "ClientApplication", generateSecret},
		{"POST", "/clientapplications/{clientId}/generateapikey", readConfig, "ClientApplication", generateAPIKey},

		{"GET", "/me", anyone, "", me},
		{"GET", "/me/permissions", anyone, "", myPermissions},
		{"GET", "/users", anyone, "", listUsers},
		{"GET", "/users/{id}", anyone, "", getUser},

		{"GET", "/roles", readConfig, "Role", listRoles},
		{"GET", "/roles/{id}", readConfig, "Role", getRole},
		{"GET", "/roles/{id}/permissions", readConfig, "Role", listRolePermissions},
		{"POST", "/roles", writeConfig, "Role", createRole},
		{"POST", "/roles/{id}/permissions", writeProjectConfig, "Role", setRolePermission},
		{"POST", "/roles/{id}/delete", writeConfig, "Role", deleteRole},
		{"GET", "/permissions/features", anyone, "", listFeatures},

		{"GET", "/webhooks", readConfig, "WebhookConfig", listWebhooks},
		{"GET", "/webhooks/{id}/logs", readConfig, "WebhookConfig", listDeliveries},

		{"GET", string(AreaTimeEntries), anyone, "", listTimeEntries},
		{"GET", string(AreaTasks), anyone, "", listTasks},
		{"GET", string(AreaProjects), anyone, "", listProjects},
		{"GET", string(AreaCompanies), readCompanies, "Company", listCompanies},
		{"GET", string(AreaDocuments), anyone, "", listDocuments},
		{"GET", string(AreaAbsences), anyone, "", listAbsences},
		{"GET", string(AreaTimeBookings), anyone, "", listTimeBookings},
	}
}

// answer finds the endpoint of a call and returns its answer. awork documents
// no answer to a method that a path does not have; the sandbox says that there
// is no such path.
func answer(c *call, all []route) reply {
	path, found := strings.CutPrefix(c.r.URL.EscapedPath(), BasePath)
	if !found {
		return noSuchPath()
	}
	segments := strings.Split(path, "/")
	for _, r := range all {
		if r.method != c.r.Method {
			continue
		}
		id, fits := match(r.path, segments)
		if !fits {
			continue
		}
		c.id = id
		if !c.caller.may(r.need) {
			return denied(r.entity).reply()
		}
		return r.endpoint(c)
	}
	return noSuchPath()
}

// match reports whether the segments of a path fit a route's, and returns the
// text of the variable one.
func match(pattern string, segments []string) (id string, fits bool) {
	if strings.Count(pattern, "/") != len(segments)-1 {
		return "", false
	}
	for i, want := range strings.Split(pattern, "/") {
		if !strings.HasPrefix(want, "{") {
			if want != segments[i] {
				return "", false
			}
			continue
		}
		text, err := url.PathUnescape(segments[i])
		if err != nil || text == "" {
			return "", false
		}
		if id = text; want == "{id}" {
			if id, fits = parseGUID(text); !fits {
				return "", false
			}
		}
	}
	return id, true
}
