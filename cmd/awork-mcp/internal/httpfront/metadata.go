package httpfront

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
)

const wellKnown = server.WellKnownProtectedResourcePath

// resources are what clients may take for the resource that they get a token
// for: the server, or the endpoint that they were told.
func resources() []string { return []string{"", "/mcp", "/sse"} }

// metadataRoutes say where callers get their tokens, for each resource:
// https://www.rfc-editor.org/rfc/rfc9728#section-3. They need no token and are
// served to any Host. A path in the public URL, which a proxy takes away, is
// understood in the place where the RFC has it too.
func (f *Front) metadataRoutes() map[string]http.Handler {
	routes := map[string]http.Handler{}
	if f.o.Auth == nil || f.o.Auth.Issuer() == "" {
		return routes
	}
	for _, resource := range resources() {
		h := f.serveMetadata(resource)
		routes[wellKnown+resource] = h
		if f.public != nil {
			routes[wellKnown+strings.TrimSuffix(f.public.Path, "/")+resource] = h
		}
	}
	return routes
}

func (f *Front) serveMetadata(resource string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if r.Header.Get("Origin") != "" && f.guard.check(r) == nil {
			allowCORS(w, r)
			if isPreflight(r) {
				answerPreflight(w, r)
				return
			}
		}
		if !allowMethod(w, r, http.MethodGet, http.MethodHead) {
			return
		}
		body, err := json.Marshal(server.ProtectedResourceMetadataConfig{
			Resource:               f.base(r) + resource,
			AuthorizationServers:   []string{f.o.Auth.Issuer()},
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
	})
}

// metadataURL is where the metadata of the endpoint that r was sent to is.
func (f *Front) metadataURL(r *http.Request) string {
	switch r.URL.Path {
	case "/sse", "/message":
		return f.base(r) + wellKnown + "/sse"
	case "/mcp":
		return f.base(r) + wellKnown + "/mcp"
	default:
		return f.base(r) + wellKnown
	}
}

// base is this server's URL as its clients write it: the public one; else the
// one the request was sent to, if that is one of ours; else where it listens.
func (f *Front) base(r *http.Request) string {
	if f.public != nil {
		return strings.TrimSuffix(f.public.String(), "/")
	}
	if host, err := parseAddress(r.Host); err == nil && f.guard.allowsHost(host) {
		return "http://" + r.Host
	}
	return "http://" + f.address
}
