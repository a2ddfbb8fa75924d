package httpserver

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/origin"
)

const wellKnown = server.WellKnownProtectedResourcePath

// location is where clients find this server.
type location struct {
	public    *url.URL // nil without one
	guard     *origin.Guard
	listening string // the address that is listened on
}

// base returns this server's URL as its clients write it: the public one; else
// the one the request was sent to, if that is one of ours; else where it listens.
func (l *location) base(r *http.Request) string {
	switch {
	case l.public != nil:
		return strings.TrimSuffix(l.public.String(), "/")
	case l.guard.AllowsHost(r.Host):
		return "http://" + r.Host
	}
	return "http://" + l.listening
}

// metadataURL returns where the metadata of the endpoint is that r was sent to.
func (l *location) metadataURL(r *http.Request) string {
	switch strings.TrimSuffix(r.URL.Path, "/") {
	case "/message":
		return l.base(r) + wellKnown + "/sse"
	case "/mcp", "/sse":
		return l.base(r) + wellKnown + r.URL.Path
	default:
		return l.base(r) + wellKnown
	}
}

// metadataRoutes say where callers get their tokens, for each resource that
// clients may take the token to be for: the server, or the endpoint that they
// were given: https://www.rfc-editor.org/rfc/rfc9728#section-3. They need no token
// and are served to any Host. A path in the public URL, which a proxy takes away,
// is understood in the place where the RFC has it too.
func metadataRoutes(auth Authenticator, l *location) map[string]http.Handler {
	routes := map[string]http.Handler{}
	if auth == nil || auth.Issuer() == "" {
		return routes
	}
	for _, resource := range []string{"", "/mcp", "/sse"} {
		m := &metadata{resource: resource, issuer: auth.Issuer(), location: l}
		routes[wellKnown+resource] = m
		if l.public != nil {
			routes[wellKnown+strings.TrimSuffix(l.public.Path, "/")+resource] = m
		}
	}
	return routes
}

// metadata serves what mcp-go's own handler does, to the pages of allowed origins
// and not to all.
type metadata struct {
	resource string
	issuer   string
	location *location
}

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Origin")
	if m.location.guard.Check(r) == nil && origin.AllowCORS(w, r) {
		return
	}
	if !allowMethod(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	resource := m.location.base(r) + m.resource
	if strings.HasSuffix(r.URL.Path, "/") { // as the client writes it
		resource += "/"
	}
	body, err := json.Marshal(server.ProtectedResourceMetadataConfig{
		Resource:               resource,
		AuthorizationServers:   []string{m.issuer},
		ScopesSupported:        callerauth.Scopes(),
		BearerMethodsSupported: []string{"header"},
		ResourceName:           "awork-mcp",
	})
	if err != nil {
		panic(err) // strings are always JSON
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}
