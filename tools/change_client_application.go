package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

type updateClientInput struct {
	clientID     string
	displayName  *string
	redirectURIs *[]string
}

func updateClientApplication() *tool {
	return writing(spec{
		name: "update_client_application", title: "Update client application", family: familyCredentials, destructive: true, idempotent: true,
		description: "Change the display name or the redirect URIs of a client application; what is left out stays as it is. Shows it before and after.",
		output:      []property{{"workspace", "string"}, {"clientApplication", "object"}, {"before", "object"}, {"error", "object"}},
	}, func(in *updateClientInput) []field {
		return []field{
			stringField("clientId", "client application id or exact name", &in.clientID).must(),
			optional(stringField, "displayName", "new name", &in.displayName),
			optional(stringsField, "redirectUris", "all redirect URIs, as they are to be", &in.redirectURIs),
		}
	}, func(ctx context.Context, c *call, in updateClientInput) (*change, error) {
		app, _, err := c.clientApplication(ctx, in.clientID)
		if err != nil {
			return nil, err
		}
		c.notDone = "Client application " + quoted(app.ClientID) + " was not changed."
		name, uris := app.DisplayName, app.RedirectURIs
		if in.displayName != nil {
			if name, err = checkName(*in.displayName); err != nil {
				return nil, refuse(InvalidInput, "displayName: %s", err)
			}
		}
		if in.redirectURIs != nil {
			uris = *in.redirectURIs
		}
		ch := &change{detail: app.ClientID + string(app.UpdatedOn)}
		if name == app.DisplayName && slices.Equal(uris, app.RedirectURIs) {
			out := &clientResult{ClientApplication: showClient(app), Before: showClient(app)}
			out.Outcome, out.ClientID, out.Message = Unchanged, clean(app.ClientID), "It already is as asked. Nothing was sent."
			ch.done = out
			return ch, nil
		}
		ch.commit = func(ctx context.Context) (reply, error) {
			var updated *awork.ClientApplication
			err := c.write(ctx, Entry{Name: clean(app.DisplayName), ClientID: clean(app.ClientID)}, Updated, func(ctx context.Context) (*APIUser, error) {
				var err error
				updated, err = c.account.client.UpdateClientApplication(ctx, app.ClientID, name, uris)
				return nil, err
			})
			if err != nil {
				return nil, err
			}
			out := &clientResult{ClientApplication: showClient(*updated), Before: showClient(app)}
			out.Outcome, out.ClientID, out.Message = Updated, clean(app.ClientID), fmt.Sprintf("Client application %s is updated.", quoted(app.ClientID))
			return out, nil
		}
		return ch, nil
	})
}

type deleteClientInput struct {
	clientID string
	ids      []uuid.UUID
}

func deleteClientApplication() *tool {
	return writing(spec{
		name: "delete_client_application", title: "Delete client application", family: familyCredentials, destructive: true, idempotent: true,
		description: "Delete a client application for good. Refused while API users belong to it, unless apiUserIds names every one of them: those are deleted first.",
		output:      []property{{"workspace", "string"}, {"clientId", "string"}, {"results", "array"}, {"error", "object"}},
	}, func(in *deleteClientInput) []field {
		return []field{
			stringField("clientId", "client application id or exact name", &in.clientID).must(),
			uuidsField("apiUserIds", "the API users that go with it: all that belong to it", maxBulk, &in.ids),
		}
	}, planDeleteClient)
}

func planDeleteClient(ctx context.Context, c *call, in deleteClientInput) (*change, error) {
	app, all, err := c.clientApplication(ctx, in.clientID)
	if err != nil {
		return nil, err
	}
	c.notDone = "Client application " + quoted(app.ClientID) + " was not deleted."
	users, err := c.belonging(ctx, app.ClientID)
	if err != nil {
		return nil, err
	}
	if err := sameIDs(users, in.ids); err != nil {
		return nil, err
	}
	n := c.account.directory.names(ctx, nil)
	n.clients = clientNames(all)
	ch := &change{targets: users, deletes: true, detail: app.ClientID + string(app.UpdatedOn)}
	ch.question = func(ctx context.Context) string {
		text := fmt.Sprintf("Delete the client application %s (%s) from the awork workspace %s?\n\n", quoted(app.DisplayName), quoted(app.ClientID), quoted(c.workspace(ctx)))
		if len(users) > 0 {
			text += "These API users of it are deleted first, and what works with their keys is likely to stop working:\n"
			for _, u := range users {
				text += "• " + oneLine(n, u, nil) + "\n"
			}
			text += "\n"
		}
		return text + n.lastAdmin(users) + "People who signed in through it may be signed out. It can't be undone."
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		out := &clientResult{}
		out.ClientID = clean(app.ClientID)
		for _, u := range users {
			_, err := c.writeUser(ctx, n, u, Deleted, func(ctx context.Context) (*awork.APIUser, error) {
				return nil, c.account.client.DeleteAPIUser(ctx, u.ID)
			})
			if err != nil {
				return c.halfDeleted(out, u, err)
			}
			out.Results = append(out.Results, itemResult{APIUserID: u.ID, Name: clean(u.Name), Outcome: Deleted, Message: "It is deleted."})
		}
		err := c.write(ctx, Entry{Name: clean(app.DisplayName), ClientID: clean(app.ClientID)}, Deleted, func(ctx context.Context) (*APIUser, error) {
			return nil, c.account.client.DeleteClientApplication(ctx, app.ClientID)
		})
		if err != nil && len(users) == 0 {
			return nil, err
		}
		if err != nil {
			failure := c.failure(err).result()
			out.Outcome, out.Error, out.Message = Partial, failure.Error, "Its API users are deleted, and the client application is not: "+failure.Message
			return out, nil
		}
		out.Outcome, out.Message = Deleted, fmt.Sprintf("Client application %s is deleted, and %s with it.", quoted(app.ClientID), count(len(users), "API user"))
		return out, nil
	}
	return ch, nil
}

// halfDeleted tells of a deletion that stopped at the API user u.
func (c *call) halfDeleted(out *clientResult, u awork.APIUser, err error) (reply, error) {
	if len(out.Results) == 0 {
		return nil, err
	}
	failure := c.failure(err).result()
	out.Results = append(out.Results, itemResult{APIUserID: u.ID, Name: clean(u.Name), Outcome: failure.Outcome, Message: failure.Message})
	out.Outcome, out.Error = Partial, failure.Error
	out.Message = fmt.Sprintf("%s of it deleted, then it stopped at %s: %s", count(len(out.Results)-1, "API user"), quoted(u.Name), failure.Message)
	return out, nil
}

// sameIDs refuses to delete API users that were not named, and names that don't
// belong.
func sameIDs(users []awork.APIUser, ids []uuid.UUID) error {
	var missing []string
	for _, u := range users {
		if !slices.Contains(ids, u.ID) {
			missing = append(missing, quoted(u.Name)+" ("+u.ID.String()+")")
		}
	}
	if len(missing) > 0 {
		return refuse(InvalidInput, "API users belong to it: %s. Delete or replace them first, or name them all in apiUserIds to have them go with it.", strings.Join(missing[:min(maxList, len(missing))], ", "))
	}
	for _, id := range ids {
		if !slices.ContainsFunc(users, func(u awork.APIUser) bool { return u.ID == id }) {
			return refuse(InvalidInput, "apiUserIds names %s, which does not belong to this client application.", id)
		}
	}
	return nil
}
