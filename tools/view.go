package tools

import (
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The view is a page that hosts with MCP Apps show beside the result of
// audit_api_users. It can't write: its buttons put a sentence into the
// conversation, so the host's approval and the server's question come as always.
const (
	viewURI       = "ui://awork-mcp/audit.html"
	viewTool      = "audit_api_users"
	viewType      = "text/html;profile=mcp-app"
	viewExtension = "io.modelcontextprotocol/ui"
)

//go:embed view/audit.html
var viewHTML string

// serverName is what the server calls itself to clients.
const serverName = "awork-mcp"

const serverTitle = "awork API users"

// icon is the server's icon as SVG, with a color for its ground and one for the key
// on it.
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="%s"/>` +
	`<g fill="none" stroke-width="3" stroke="%s"><circle cx="12" cy="16" r="5"/><path d="M17 16h9v5m-4-5v4"/></g></svg>`

// icons returns the server's icons for light and for dark backgrounds.
func icons() []mcp.Icon {
	return []mcp.Icon{
		newIcon("#1f5fbf", "white", mcp.IconThemeLight),
		newIcon("#9cc3ff", "#102a4d", mcp.IconThemeDark),
	}
}

func newIcon(ground, key string, theme mcp.IconTheme) mcp.Icon {
	const svg = "image/svg+xml"
	data := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, icon, ground, key))
	return mcp.Icon{Src: "data:" + svg + ";base64," + data, MIMEType: svg, Sizes: []string{"any"}, Theme: theme}
}

// showIcons gives the server its icons where clients first meet it.
// server.WithIcons would repeat them in every result.
func showIcons(hooks *server.Hooks, version string) {
	hooks.AddAfterInitialize(func(_ context.Context, _ any, _ *mcp.InitializeRequest, r *mcp.InitializeResult) {
		r.ServerInfo.Icons = icons()
	})
	hooks.AddAfterDiscover(func(_ context.Context, _ any, _ *mcp.DiscoverRequest, r *mcp.DiscoverResult) {
		r.EnsureResultMeta().SetServerInfo(
			mcp.Implementation{Name: serverName, Version: version, Title: serverTitle, Icons: icons()})
	})
}

// viewMeta is the page's part of _meta: it needs nothing beyond the default content
// policy.
func viewMeta() map[string]any {
	return map[string]any{"ui": map[string]any{"csp": map[string]any{}, "prefersBorder": true}}
}

// addView offers the page as a resource. It stays listed, since some hosts read
// only what they have seen in a list.
func addView(s *server.MCPServer) {
	r := mcp.NewResource(
		viewURI,
		"api-users-view",
		mcp.WithResourceTitle("View of the audit"),
		mcp.WithMIMEType(viewType),
		mcp.WithResourceDescription("The page on which hosts show what audit_api_users found."),
		mcp.WithAnnotations([]mcp.Role{mcp.RoleUser}, 0.1, ""),
	)
	r.Meta = mcp.NewMetaFromMap(viewMeta())
	s.AddResource(r, func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{
			mcp.TextResourceContents{URI: viewURI, MIMEType: viewType, Text: viewHTML, Meta: viewMeta()},
		}, nil
	})
}

// uiMeta is what views have to know of a tool: the audit has one, and none may call
// a tool that writes. It is nil for the others.
func (t *tool) uiMeta(withView bool) *mcp.Meta {
	switch {
	case !withView:
		return nil
	case t.writes:
		return mcp.NewMetaFromMap(map[string]any{"ui": map[string]any{"visibility": []string{"model"}}})
	case t.name == viewTool:
		return mcp.NewMetaFromMap(map[string]any{"ui": map[string]any{"resourceUri": viewURI}})
	}
	return nil
}
