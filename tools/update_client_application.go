package tools

import (
	"context"
	"fmt"
	"slices"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func updateClientApplicationTool() *tool {
	return writing(spec{
		name:        "update_client_application",
		title:       "Update client application",
		family:      policy.FamilyCredentials,
		destructive: true,
		description: "Change the display name or the redirect URIs of a client application; what is left out stays as " +
			"it is. Asks before redirect URIs change, and refuses those that are no absolute URL. Shows it before and " +
			"after.",
		output: []property{
			{"workspace", "string"},
			{"clientId", "string"},
			{"clientApplication", "object"},
			{"before", "object"},
			{"error", "object"},
		},
	}, (*updateClientInput).fields, updateClientApplication)
}

type updateClientInput struct {
	clientID     string
	displayName  *string
	redirectURIs *[]string
}

func (in *updateClientInput) fields() []args.Field {
	return []args.Field{
		args.String("clientId", "client application id or exact name", &in.clientID).Require(),
		args.OptionalString("displayName", "new name", &in.displayName),
		args.OptionalStrings("redirectUris", "all redirect URIs, as they are to be", &in.redirectURIs),
	}
}

func updateClientApplication(ctx context.Context, c *call.Call, in updateClientInput) (result.Reply, error) {
	app, _, err := readClient(ctx, c, in.clientID)
	if err != nil {
		return nil, err
	}
	name, uris := app.DisplayName, app.RedirectURIs
	if in.displayName != nil {
		if name, err = checkName("displayName", *in.displayName); err != nil {
			return nil, err
		}
	}
	redirects := in.redirectURIs != nil && !slices.Equal(*in.redirectURIs, uris)
	if redirects {
		uris = *in.redirectURIs
		if err := checkRedirectURIs(uris); err != nil {
			return nil, err
		}
	}
	if name == app.DisplayName && !redirects {
		out := &clientResult{ClientApplication: showClient(app), Before: showClient(app)}
		out.Outcome, out.ClientID, out.Message = result.Unchanged, text.Clean(app.ClientID), "It already is as asked. "+
			"Nothing was sent."
		return out, nil
	}
	change := call.Change{
		Kind:   policy.Update,
		Action: "update client application " + text.Quote(app.ClientID),
		Effect: "Then it is named " + text.Quote(name) + ".",
		Unchanged: "Client application " + text.Quote(
			app.ClientID,
		) + " was not changed.",
		Decided: []any{app.ClientID, name, uris},
		Client:  app,
	}
	if redirects {
		change.Question = func(context.Context, []awork.APIUser) string { return redirectQuestion(c, app, name, uris) }
	}
	ctx, grant, err := c.Authorize(ctx, change)
	if err != nil {
		return nil, err
	}
	var updated *awork.ClientApplication
	w := call.Write{Name: app.DisplayName, ClientID: app.ClientID, Success: result.Updated}
	err = c.Write(ctx, grant, w, func(ctx context.Context, client *awork.Client, _ *journal.Entry) (err error) {
		updated, err = client.UpdateClientApplication(ctx, app, name, uris)
		return err
	})
	if err != nil {
		return nil, clientGone(app.ClientID, err)
	}
	out := &clientResult{ClientApplication: showClient(*updated), Before: showClient(app)}
	out.Outcome, out.ClientID, out.Message = result.Updated, text.Clean(
		app.ClientID,
	), fmt.Sprintf(
		"Client application %s was updated.",
		text.Quote(app.ClientID),
	)
	return out, nil
}

// redirectQuestion says what would happen when the redirect URIs change.
func redirectQuestion(c *call.Call, app awork.ClientApplication, name string, uris []string) string {
	question := fmt.Sprintf("Change where awork sends people who sign in through the client application %s (%s), in "+
		"the awork workspace %s?\n\n",
		text.Quote(app.DisplayName), text.Quote(app.ClientID), text.Quote(c.Workspace()))
	added, removed := without(uris, app.RedirectURIs), without(app.RedirectURIs, uris)
	question += redirectURILines(
		"These redirect URIs are added:",
		added,
	) + redirectURILines(
		"These redirect URIs are removed:",
		removed,
	)
	if len(added)+len(removed) == 0 {
		question += "The redirect URIs stay the same, in another order or number.\n"
	}
	if name != app.DisplayName {
		question += "It will be named " + text.Quote(name) + ".\n"
	}
	return question + "\nWhoever owns an address that is added can get at the sign-ins of people here; a sign-in " +
		"that needs one that is removed stops working."
}
