package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

const (
	listURI     = "awork://api-users"
	recordURI   = listURI + "/"
	contentType = "application/json"
)

// addResources offers as resources what the tools read, where those exist.
func (t *Tools) addResources(s *server.MCPServer) {
	if t.find("list_api_users") != nil {
		s.AddResource(
			mcp.NewResource(listURI, "api-users", mcp.WithResourceTitle("API users"), mcp.WithMIMEType(contentType),
				mcp.WithResourceDescription("The API users of the workspace, as list_api_users gives them.")),
			func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				return t.resource(ctx, req.Params.URI, "list_api_users", map[string]any{"limit": maxLimit})
			},
		)
	}
	if t.find("get_api_user") != nil {
		s.AddResourceTemplate(
			mcp.NewResourceTemplate(
				recordURI+"{apiUserId}",
				"api-user",
				mcp.WithTemplateTitle("API user"),
				mcp.WithTemplateMIMEType(contentType),
				mcp.WithTemplateDescription("One API user, as get_api_user gives it."),
			),
			func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				return t.resource(
					ctx,
					req.Params.URI,
					"get_api_user",
					map[string]any{"apiUserId": strings.TrimPrefix(req.Params.URI, recordURI)},
				)
			},
		)
	}
}

// read runs a tool that reads, and returns its result with the JSON of it.
func (t *Tools) read(ctx context.Context, name string, arguments map[string]any) (*result.Result, []byte, error) {
	tool := t.find(name)
	c := t.newCall(ctx, tool, call.Request{})
	r, _ := t.run(c, tool, result.JSON(arguments))
	b, err := json.Marshal(r)
	return r.Base(), c.Redact(b), err
}

// resource is a tool's result as the contents of a resource. The protocol has no
// place for a failure's outcome there, so that is an error with its message.
func (t *Tools) resource(
	ctx context.Context,
	uri, tool string,
	arguments map[string]any,
) ([]mcp.ResourceContents, error) {
	r, b, err := t.read(ctx, tool, arguments)
	if err != nil {
		return nil, errors.New("the record can't be shown")
	}
	if o := r.Outcome; o.IsError() {
		return nil, fmt.Errorf("%s: %s", o, r.Message)
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: contentType, Text: string(b)}}, nil
}

// markMissing gives a resource that awork does not know an address that matches
// nothing, for which mcp-go answers as the protocol wants, by era; an error of a
// resource's own handler would be an internal one. The price is that the record
// is read twice.
func (t *Tools) markMissing(ctx context.Context, _ any, req *mcp.ReadResourceRequest) {
	id, ok := strings.CutPrefix(req.Params.URI, recordURI)
	if !ok || t.find("get_api_user") == nil {
		return
	}
	r, _, err := t.read(ctx, "get_api_user", map[string]any{"apiUserId": id})
	if err == nil && (r.Outcome == result.NotFound || r.Outcome == result.InvalidInput) {
		req.Params.URI += " " // which no template matches, and nobody sees in the error
	}
}
