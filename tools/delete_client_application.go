package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

type deleteClientInput struct {
	clientID string
	ids      []uuid.UUID
}

func deleteClientApplication() *tool {
	return writing(spec{
		name: "delete_client_application", title: "Delete client application", family: familyCredentials, destructive: true,
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
	n := c.account.directory.names(ctx, roster{})
	n.clients = clientNames(all)
	ch := &change{decided: []any{app.ClientID}, targets: users, deletes: true, detail: string(mustMarshal(app))}
	ch.question = func(ctx context.Context) string {
		text := fmt.Sprintf("Delete the client application %s (%s) from the awork workspace %s?\n\n", quoted(app.DisplayName), quoted(app.ClientID), quoted(c.workspace(ctx)))
		if len(users) > 0 {
			webhooks, err := c.webhooksBy(ctx)
			text += "These API users of it are deleted first, and what works with their keys is likely to stop working:\n"
			for _, u := range users {
				text += "• " + oneLine(n, u, webhooks[u.ID]) + "\n"
			}
			if err != nil {
				text += "Whether they made webhooks could not be read.\n"
			}
			text += "\n"
		}
		return text + n.lastAdmin(users) + "People who signed in through it may be signed out. It can't be undone."
	}
	ch.commit = func(ctx context.Context) (reply, error) { return c.deleteClient(ctx, app, users, n) }
	return ch, nil
}

// deleteClient deletes API users and then the client application they belong to,
// and stops where one of them can't be deleted.
func (c *call) deleteClient(ctx context.Context, app awork.ClientApplication, users []awork.APIUser, n names) (reply, error) {
	out := &clientResult{}
	out.ClientID = clean(app.ClientID)
	gone := 0
	for i, u := range users {
		_, err := c.writeUser(ctx, n, u, Deleted, func(ctx context.Context) (*awork.APIUser, error) {
			_, err := c.account.client.DeleteAPIUser(ctx, u.ID)
			return nil, err
		})
		item := itemResult{APIUserID: u.ID, Name: clean(u.Name), Outcome: Deleted, Message: "It is deleted."}
		switch {
		case err == nil:
			gone++
		case awork.Is(err, awork.KindNotFound) && !unclear(err):
			item.Outcome, item.Message = NotFound, "It was gone already."
		case i == 0:
			return c.firstNotDeleted(u, err), nil
		default:
			return c.halfDeleted(out, users[i:], gone, err), nil
		}
		out.Results = append(out.Results, item)
	}
	err := c.write(ctx, &Entry{Name: clean(app.DisplayName), ClientID: clean(app.ClientID)}, Deleted, func(ctx context.Context) (*APIUser, error) {
		_, err := c.account.client.DeleteClientApplication(ctx, app.ClientID)
		return nil, err
	})
	if err != nil && len(users) == 0 {
		return nil, c.clientGone(app.ClientID, err)
	}
	if err != nil {
		failure := c.failure(c.clientGone(app.ClientID, err)).result()
		out.Outcome, out.Error, out.Message = Partial, failure.Error, "Its API users are deleted. Then the client application itself: "+failure.Message
		return out, nil
	}
	out.Outcome, out.Message = Deleted, fmt.Sprintf("Client application %s is deleted.", quoted(app.ClientID))
	if gone > 0 {
		out.Message = fmt.Sprintf("Client application %s is deleted, and %s with it.", quoted(app.ClientID), count(gone, "API user"))
	}
	return out, nil
}

// notDeleted is the failure to delete an API user, told as its own.
func (c *call) notDeleted(u awork.APIUser, err error) reply {
	one := *c
	one.doing, one.notDone = "delete API user "+quoted(u.Name), "API user "+quoted(u.Name)+" was not deleted."
	return one.failure(err)
}

// firstNotDeleted tells of a deletion that stopped at the first API user.
func (c *call) firstNotDeleted(u awork.APIUser, err error) reply {
	r := c.notDeleted(u, err)
	r.result().Message += c.nothingChanged()
	return r
}

// halfDeleted tells of a deletion that stopped at the first of the API users
// left, after gone others were deleted.
func (c *call) halfDeleted(out *clientResult, left []awork.APIUser, gone int, err error) reply {
	failure := c.notDeleted(left[0], err).result()
	for _, u := range left {
		out.Results = append(out.Results, itemResult{APIUserID: u.ID, Name: clean(u.Name), Outcome: NotAttempted, Message: "It was not attempted."})
	}
	if !awork.NotSent(err) {
		first := &out.Results[len(out.Results)-len(left)]
		first.Outcome, first.Message = failure.Outcome, failure.Message
	}
	out.Outcome, out.Error = Partial, failure.Error
	out.Message = fmt.Sprintf("It stopped at API user %s, after %s of it: %s Call again and name those that are left.", quoted(left[0].Name), count(gone, "deleted API user"), failure.Message)
	return out
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
	if more := len(missing) - maxList; more > 0 {
		missing = append(missing[:maxList], fmt.Sprintf("and %d more, which list_api_users shows", more))
	}
	if len(missing) > 0 {
		return refuse(InvalidInput, "API users belong to it that apiUserIds does not name: %s. Delete or replace them first, or name them all in apiUserIds to have them go with it.", strings.Join(missing, ", "))
	}
	for _, id := range ids {
		if !slices.ContainsFunc(users, func(u awork.APIUser) bool { return u.ID == id }) {
			return refuse(InvalidInput, "apiUserIds names %s, which does not belong to this client application.", id)
		}
	}
	return nil
}
