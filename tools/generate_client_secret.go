package tools

import (
	"context"
	"fmt"
	"slices"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func generateClientSecretTool(s secrets) *tool {
	return writing(spec{
		name:        "generate_client_secret",
		title:       "Generate client secret",
		family:      policy.FamilyCredentials,
		makesSecret: true,
		destructive: true,
		description: "Make a new secret for a confidential client application and hand it to where the operator wants " +
			"secrets to go. The old secret is good no more: what uses it loses access when its token expires.",
		output: []property{{"workspace", "string"}, {"clientId", "string"}, {"delivered", "object"}, {"error", "object"}},
	}, (*secretInput).fields, s.generateClientSecret)
}

type secretInput struct{ clientID string }

func (in *secretInput) fields() []args.Field {
	return []args.Field{args.String("clientId", "client application id or exact name", &in.clientID).Require()}
}

func (s secrets) generateClientSecret(ctx context.Context, c *call.Call, in secretInput) (result.Reply, error) {
	app, _, err := readClient(ctx, c, in.clientID)
	if err != nil {
		return nil, err
	}
	if !app.IsConfidential {
		return nil, result.Refuse(result.InvalidInput, "Client application %s is public: it has no "+
			"secret. list_client_applications shows which have one.", text.Quote(app.ClientID))
	}
	ctx, grant, err := c.Authorize(ctx, call.Change{
		Kind:      policy.IssueKey,
		Action:    "generate a client secret for " + text.Quote(app.ClientID),
		Unchanged: "No secret was made.",
		Decided:   []any{app.ClientID},
		Client:    app,
		Forbidden: s.check(ctx, c),
		Question: func(context.Context, []awork.APIUser) string {
			return fmt.Sprintf("Make a new secret for the client application %s (%s), in the awork workspace %s?\n\nThe "+
				"old one is good no more: what uses it loses access when its token expires. The new one goes to %s.",
				text.Quote(app.DisplayName), text.Quote(app.ClientID), text.Quote(c.Workspace()), s.describe())
		},
	})
	if err != nil {
		return nil, err
	}
	if err := s.check(ctx, c); err != nil { // again: a human may have taken minutes
		return nil, err
	}
	d, lost, err := s.sendNewSecret(ctx, c, grant, app)
	out := &clientResult{}
	out.ClientID = text.Clean(app.ClientID)
	if call.IsAmbiguous(err) {
		out.Result = *secretFailure(c, err)
		out.Message += " The secret before it may be good no more. Make another with generate_client_secret."
		return out, nil
	}
	if err != nil {
		return nil, clientGone(app.ClientID, err)
	}
	out.Outcome, out.Message = result.Created, fmt.Sprintf("Client application %s has a new "+
		"secret.", text.Quote(app.DisplayName))
	out.addSecret(d, lost)
	return out, nil
}

func (s secrets) sendNewSecret(
	ctx context.Context,
	c *call.Call,
	grant call.Grant,
	app awork.ClientApplication,
) (d *delivered, lost, err error) {
	detached, done := call.Detach(ctx)
	defer done()
	w := call.Write{Name: app.DisplayName, ClientID: app.ClientID, Success: result.Created}
	err = c.Write(ctx, grant, w, func(ctx context.Context, client *awork.Client, e *journal.Entry) error {
		secret, err := client.GenerateClientSecret(ctx, app.ClientID)
		if err == nil {
			d, lost = s.handOverClientSecret(detached, c, e, app.ClientID, secret)
		}
		return err
	})
	return d, lost, err
}

// clientGone is err, described as what it is where awork no longer knows the
// client application.
func clientGone(id string, err error) error {
	if !call.IsAmbiguous(err) && awork.Is(err, awork.KindNotFound) {
		return result.Refuse(result.NotFound, "awork knows no client application %s any more; list_client_applications "+
			"shows which there are.", text.Quote(id))
	}
	return err
}

// clientDeleted is err of a DELETE, described as what it is where awork no longer
// knows the client application: the DELETE may have been carried out and then sent
// again on the way to awork, so it doesn't say that nothing was changed.
func clientDeleted(id string, err error) error {
	if call.IsAmbiguous(err) || !awork.Is(err, awork.KindNotFound) {
		return err
	}
	return &call.ChangeError{Change: &call.Change{}, Err: result.Refuse(result.NotFound,
		"awork knows no client application %s any more: it was there when this call read it, and was deleted since, "+
			"perhaps by this call's own first attempt, or by somebody else. list_client_applications shows which there "+
			"are.", text.Quote(id))}
}

// readClient reads a client application by id or exact name, fresh, and all of
// them.
func readClient(
	ctx context.Context,
	c *call.Call,
	s string,
) (awork.ClientApplication, []awork.ClientApplication, error) {
	all, err := c.Awork.ListClientApplications(ctx)
	if err != nil {
		return awork.ClientApplication{}, nil, err
	}
	id, err := directory.FindClient("clientId", s, directory.ClientNames(all))
	if err != nil {
		return awork.ClientApplication{}, nil, err
	}
	return all[slices.IndexFunc(all, func(a awork.ClientApplication) bool { return a.ClientID == id })], all, nil
}
