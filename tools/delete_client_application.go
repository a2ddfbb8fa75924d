package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func deleteClientApplicationTool() *tool {
	return writing(spec{
		name:        "delete_client_application",
		title:       "Delete client application",
		family:      policy.FamilyCredentials,
		destructive: true,
		description: "Delete a client application for good. Refused while API users belong to it, unless apiUserIds " +
			"names every one of them: those are deleted first.",
		output: []property{{"workspace", "string"}, {"clientId", "string"}, {"results", "array"}, {"error", "object"}},
	}, (*deleteClientInput).fields, deleteClientApplication)
}

type deleteClientInput struct {
	clientID string
	ids      []uuid.UUID
}

func (in *deleteClientInput) fields() []args.Field {
	return []args.Field{
		args.String("clientId", "client application id or exact name", &in.clientID).Require(),
		args.UUIDs("apiUserIds", "the API users that go with it: all that belong to it", maxBulk, &in.ids),
	}
}

func deleteClientApplication(ctx context.Context, c *call.Call, in deleteClientInput) (result.Reply, error) {
	app, all, err := readClient(ctx, c, in.clientID)
	if err != nil {
		return nil, err
	}
	users, err := usersOf(ctx, c, app.ClientID)
	if err != nil {
		return nil, err
	}
	if err := sameIDs(users, in.ids); err != nil {
		return nil, err
	}
	names := c.DecidingNames(ctx, c.Directory.Names(ctx, users...).WithClients(all), users...)
	ctx, grant, err := c.Authorize(ctx, call.Change{
		Kind:      policy.Delete,
		Action:    "delete client application " + text.Quote(app.ClientID),
		Unchanged: "Client application " + text.Quote(app.ClientID) + " was not deleted.",
		Targets:   users,
		Names:     names,
		Decided:   []any{app.ClientID},
		Client:    app,
		Question: func(ctx context.Context, users []awork.APIUser) string {
			return deleteClientQuestion(ctx, c, app, users, names)
		},
	})
	if err != nil {
		return nil, err
	}
	d := &clientDeletion{call: c, app: app, users: users, names: names, grant: grant}
	return d.run(ctx)
}

func deleteClientQuestion(
	ctx context.Context,
	c *call.Call,
	app awork.ClientApplication,
	users []awork.APIUser,
	names directory.Names,
) string {
	question := fmt.Sprintf("Delete the client application %s (%s) from the awork workspace "+
		"%s?\n\n", text.Quote(app.DisplayName), text.Quote(app.ClientID), text.Quote(c.Workspace()))
	if len(users) > 0 {
		webhooks, err := webhooksByCreator(ctx, c)
		question += "These API users of it are deleted first, and programs that use their keys will probably stop working:\n"
		for _, u := range users {
			question += "• " + userLine(names, u, webhooks[u.ID]) + "\n"
		}
		if err != nil {
			question += "Whether they made webhooks could not be read.\n"
		}
		question += "\n"
	}
	if c.Directory.TakesLastAdmin(ctx, names, users) {
		question += lastAdmin + " "
	}
	return question + "People who signed in through it may be signed out. It can't be undone."
}

// clientDeletion deletes API users and then the client application they belong to.
type clientDeletion struct {
	call  *call.Call
	app   awork.ClientApplication
	users []awork.APIUser
	names directory.Names
	grant call.Grant

	out     clientResult
	deleted int
}

// run stops where one of the API users can't be deleted.
func (d *clientDeletion) run(ctx context.Context) (result.Reply, error) {
	d.out.ClientID = text.Clean(d.app.ClientID)
	for i, u := range d.users {
		if err := d.deleteUser(ctx, u); err != nil && i == 0 {
			return d.firstFailed(err), nil
		} else if err != nil {
			return d.halfDone(d.users[i:], err), nil
		}
	}
	var deletion awork.Deletion
	w := call.Write{Name: d.app.DisplayName, ClientID: d.app.ClientID, Success: result.Deleted}
	err := d.call.Write(ctx, d.grant, w, func(ctx context.Context, client *awork.Client, _ *journal.Entry) (err error) {
		deletion, err = client.DeleteClientApplication(ctx, d.app.ClientID)
		return err
	})
	if err != nil && len(d.users) == 0 {
		return nil, clientDeleted(d.app.ClientID, err)
	}
	if err != nil {
		failure := d.call.Describe(clientDeleted(d.app.ClientID, err)).Base()
		d.out.Outcome, d.out.Error, d.out.Message = result.Partial, failure.Error, "Its API users were deleted. Then "+
			"the client application itself: "+failure.Message
		return &d.out, nil
	}
	d.out.Outcome, d.out.Message = result.Deleted, fmt.Sprintf(
		"Client application %s was deleted.",
		text.Quote(d.app.ClientID),
	)
	if d.deleted > 0 {
		d.out.Message = fmt.Sprintf("Client application %s was deleted, and %s "+
			"with it.", text.Quote(d.app.ClientID), text.Count(d.deleted, "API user"))
	}
	d.out.Warnings = append(d.out.Warnings, inferred(deletion)...)
	return &d.out, nil
}

// deleteUser deletes one API user; one that is gone already is no failure.
func (d *clientDeletion) deleteUser(ctx context.Context, u awork.APIUser) error {
	action, unchanged := "delete API user "+text.Quote(u.Name), "API user "+text.Quote(u.Name)+" was not deleted."
	var deletion awork.Deletion
	err := d.call.Write(ctx, call.ForTarget(d.grant, u, action, unchanged), call.About(d.names, u, result.Deleted),
		func(ctx context.Context, client *awork.Client, _ *journal.Entry) (err error) {
			deletion, err = client.DeleteAPIUser(ctx, u.ID)
			return err
		})
	item := result.Item{APIUserID: u.ID, Name: text.Clean(u.Name), Outcome: result.Deleted, Message: "It was deleted."}
	switch {
	case err == nil:
		d.deleted++
		d.out.Warnings = append(d.out.Warnings, inferred(deletion)...)
	case awork.Is(err, awork.KindNotFound) && !call.IsAmbiguous(err):
		item.Outcome, item.Message = result.NotFound, "It was gone already."
	default:
		return err
	}
	d.out.Results = append(d.out.Results, item)
	return nil
}

// firstFailed describes a deletion that stopped at the first API user.
func (d *clientDeletion) firstFailed(err error) result.Reply {
	r := d.call.Describe(err)
	r.Base().Message += " Client application " + text.Quote(d.app.ClientID) + " was not deleted."
	return r
}

// halfDone describes a deletion that stopped at the first of the API users left.
func (d *clientDeletion) halfDone(left []awork.APIUser, err error) result.Reply {
	failure := d.call.Describe(err).Base()
	for _, u := range left {
		d.out.Results = append(
			d.out.Results,
			result.Item{
				APIUserID: u.ID,
				Name:      text.Clean(u.Name),
				Outcome:   result.NotAttempted,
				Message:   "It was not attempted.",
			},
		)
	}
	if !awork.NotSent(err) {
		first := &d.out.Results[len(d.out.Results)-len(left)]
		first.Outcome, first.Message = failure.Outcome, failure.Message
	}
	d.out.Outcome, d.out.Error = result.Partial, failure.Error
	d.out.Message = fmt.Sprintf("It stopped at API user %s, after %s of it: %s Call again and name those that are left.",
		text.Quote(left[0].Name), text.Count(d.deleted, "deleted API user"), failure.Message)
	return &d.out
}

// usersOf returns the API users that belong to a client application.
func usersOf(ctx context.Context, c *call.Call, clientID string) ([]awork.APIUser, error) {
	users, err := c.Directory.ReadUsers(ctx)
	if err != nil {
		return nil, err
	}
	if !users.Complete() {
		return nil, result.Refuse(result.UpstreamError, "awork says that there are %d API users but sent %d, so one "+
			"that nobody named, or that is protected, may belong to it.", users.Total, len(users.All))
	}
	return slices.DeleteFunc(users.All, func(u awork.APIUser) bool { return u.ClientID != clientID }), nil
}

// sameIDs refuses to delete API users that were not named, and names that don't
// belong.
func sameIDs(users []awork.APIUser, ids []uuid.UUID) error {
	var missing []string
	for _, u := range users {
		if !slices.Contains(ids, u.ID) {
			missing = append(missing, text.Quote(u.Name)+" ("+u.ID.String()+")")
		}
	}
	if more := len(missing) - text.MaxList; more > 0 {
		missing = append(missing[:text.MaxList], fmt.Sprintf("and %d more, which list_api_users shows", more))
	}
	if len(missing) > 0 {
		return result.Refuse(result.InvalidInput, "API users belong to it that apiUserIds does not name: %s. Delete or "+
			"replace them first, or name them all in apiUserIds to have them go with it.", strings.Join(missing, ", "))
	}
	for _, id := range ids {
		if !slices.ContainsFunc(users, func(u awork.APIUser) bool { return u.ID == id }) {
			return result.Refuse(result.InvalidInput, "apiUserIds names %s, which does not belong to this client "+
				"application. Leave it out.", id)
		}
	}
	return nil
}
