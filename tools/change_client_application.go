package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
)

type updateClientInput struct {
	clientID     string
	displayName  *string
	redirectURIs *[]string
}

func updateClientApplication() *tool {
	return writing(spec{
		name: "update_client_application", title: "Update client application", family: familyCredentials, destructive: true,
		description: "Change the display name or the redirect URIs of a client application; what is left out stays as it is. Asks before redirect URIs change, and refuses those that are no absolute URL. Shows it before and after.",
		output:      []property{{"workspace", "string"}, {"clientId", "string"}, {"clientApplication", "object"}, {"before", "object"}, {"error", "object"}},
	}, func(in *updateClientInput) []field {
		return []field{
			stringField("clientId", "client application id or exact name", &in.clientID).must(),
			optional(stringField, "displayName", "new name", &in.displayName),
			optional(stringsField, "redirectUris", "all redirect URIs, as they are to be", &in.redirectURIs),
		}
	}, planUpdateClient)
}

func planUpdateClient(ctx context.Context, c *call, in updateClientInput) (*change, error) {
	app, _, err := c.clientApplication(ctx, in.clientID)
	if err != nil {
		return nil, err
	}
	c.notDone = "Client application " + quoted(app.ClientID) + " was not changed."
	name, uris := app.DisplayName, app.RedirectURIs
	if in.displayName != nil {
		if name, err = checkName(*in.displayName); err != nil {
			return nil, refuse(InvalidInput, "For displayName: %s", err)
		}
	}
	ch := &change{detail: string(mustMarshal(app))}
	if in.redirectURIs != nil && !slices.Equal(*in.redirectURIs, uris) {
		uris = *in.redirectURIs
		if err := checkRedirectURIs(uris); err != nil {
			return nil, err
		}
		ch.question = func(ctx context.Context) string { return c.redirectQuestion(ctx, app, name, uris) }
	}
	ch.decided = []any{app.ClientID, name, uris}
	if name == app.DisplayName && ch.question == nil {
		out := &clientResult{ClientApplication: showClient(app), Before: showClient(app)}
		out.Outcome, out.ClientID, out.Message = Unchanged, clean(app.ClientID), "It already is as asked. Nothing was sent."
		ch.done = out
		return ch, nil
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		var updated *awork.ClientApplication
		err := c.write(ctx, &Entry{Name: clean(app.DisplayName), ClientID: clean(app.ClientID)}, Updated, func(ctx context.Context) (*APIUser, error) {
			var err error
			updated, err = c.account.client.UpdateClientApplication(ctx, app, name, uris)
			return nil, err
		})
		if err != nil {
			return nil, c.clientGone(app.ClientID, err)
		}
		out := &clientResult{ClientApplication: showClient(*updated), Before: showClient(app)}
		out.Outcome, out.ClientID, out.Message = Updated, clean(app.ClientID), fmt.Sprintf("Client application %s is updated.", quoted(app.ClientID))
		return out, nil
	}
	return ch, nil
}

// redirectQuestion says what is at stake when the redirect URIs change.
func (c *call) redirectQuestion(ctx context.Context, app awork.ClientApplication, name string, uris []string) string {
	text := fmt.Sprintf("Change where awork sends people who sign in through the client application %s (%s), in the awork workspace %s?\n\n", quoted(app.DisplayName), quoted(app.ClientID), quoted(c.workspace(ctx)))
	come, leave := without(uris, app.RedirectURIs), without(app.RedirectURIs, uris)
	text += redirectURILines("These redirect URIs come:", come) + redirectURILines("These redirect URIs go:", leave)
	if len(come)+len(leave) == 0 {
		text += "The redirect URIs stay the same, in another order or number.\n"
	}
	if name != app.DisplayName {
		text += "It will be named " + quoted(name) + ".\n"
	}
	return text + "\nWhoever owns an address that comes can get at the sign-ins of people here; a sign-in that needs one that goes stops working."
}

// differencesOfClient says what of a client application is not as it was.
func differencesOfClient(was, now awork.ClientApplication) string {
	var d []string
	if was.DisplayName != now.DisplayName {
		d = append(d, "its name was "+quoted(was.DisplayName)+" and is "+quoted(now.DisplayName))
	}
	if !slices.Equal(was.RedirectURIs, now.RedirectURIs) {
		d = append(d, "its redirect URIs were "+quotedList(was.RedirectURIs)+" and are "+quotedList(now.RedirectURIs))
	}
	if len(d) == 0 {
		return "it was updated " + quoted(string(now.UpdatedOn))
	}
	return strings.Join(d, "; ")
}

// quotedList quotes the first few of a list of texts.
func quotedList(texts []string) string {
	const shown = 5
	if len(texts) == 0 {
		return "none"
	}
	var all []string
	for _, s := range texts[:min(shown, len(texts))] {
		all = append(all, quoted(s))
	}
	if more := len(texts) - shown; more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}
