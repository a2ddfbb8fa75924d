package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func createClientApplicationTool(s secrets) *tool {
	return writing(spec{
		name:        "create_client_application",
		title:       "Create client application",
		family:      policy.FamilyCredentials,
		makesSecret: true,
		destructive: true,
		description: "Make a client application, to which API users belong. A confidential one gets a secret, which is " +
			"handed to where the operator wants secrets to go and never shown here.",
		output: []property{
			{"workspace", "string"},
			{"clientId", "string"},
			{"clientApplication", "object"},
			{"delivered", "object"},
			{"exists", "array"},
			{"error", "object"},
		},
	}, (*createClientInput).fields, s.createClientApplication)
}

type createClientInput struct {
	clientID, displayName string
	redirectURIs          []string
	confidential          bool
}

func (in *createClientInput) fields() []args.Field {
	return []args.Field{
		args.String("clientId", "unique id, such as time-export", &in.clientID).Require(),
		args.String("displayName", "name that people see", &in.displayName).Require(),
		args.Strings("redirectUris", "where awork may send people back to, for OAuth", &in.redirectURIs),
		args.Bool("isConfidential", "true for a backend that keeps a secret", &in.confidential),
	}
}

// clientResult is what the tools for client applications answer.
type clientResult struct {
	secretResult
	ClientApplication *clientApplication `json:"clientApplication,omitempty"`
	Before            *clientApplication `json:"before,omitempty"`
	Results           []result.Item      `json:"results,omitempty"`
}

func (s secrets) createClientApplication(
	ctx context.Context,
	c *call.Call,
	in createClientInput,
) (result.Reply, error) {
	form, err := in.check()
	if err != nil {
		return nil, err
	}
	existing, err := c.Awork.ListClientApplications(ctx)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(
		existing,
		func(a awork.ClientApplication) bool { return strings.EqualFold(a.ClientID, form.ClientID) },
	) {
		return nil, result.Refuse(result.InvalidInput, "clientId %s is taken already; choose another, or use that "+
			"client application. list_client_applications shows which there are.", text.Quote(form.ClientID))
	}
	change := call.Change{
		Kind:      policy.Create,
		Action:    "create client application " + text.Quote(form.ClientID),
		Effect:    "Then it is named " + text.Quote(form.DisplayName) + ".",
		Unchanged: "No client application was created.",
		Decided:   []any{form.ClientID, form.DisplayName, in.redirectURIs, in.confidential},
	}
	if in.confidential {
		change.Forbidden = s.check(ctx, c)
		change.Question = func(context.Context, []awork.APIUser) string {
			return fmt.Sprintf("Make the client application %s (%s) with a secret, in the awork workspace %s?\n\nThe "+
				"secret goes to %s, and is shown to nobody here.",
				text.Quote(form.DisplayName), text.Quote(form.ClientID), text.Quote(c.Workspace()), s.describe())
		}
	}
	ctx, grant, err := c.Authorize(ctx, change)
	if err != nil {
		return nil, err
	}
	if in.confidential {
		if err := s.check(ctx, c); err != nil { // again: a human may have taken minutes
			return nil, err
		}
	}
	made, err := s.sendClientApplication(ctx, c, grant, form, existing)
	var effect *awork.EffectError
	if errors.As(err, &effect) {
		return &clientResult{
			secretResult: secretResult{
				ClientID: text.Clean(form.ClientID),
				Result: result.Result{Outcome: result.Unknown, Error: call.Detail(effect.Attempt),
					Message: fmt.Sprintf("It is not known whether awork created the client application %s: %s Look with "+
						"list_client_applications before you repeat the call.",
						text.Quote(form.ClientID), call.DescribeAnswer(effect.Attempt))},
			},
		}, nil
	}
	if err != nil {
		return nil, err
	}
	out := &clientResult{ClientApplication: showClient(*made.app)}
	out.Outcome, out.ClientID, out.Message = result.Created, text.Clean(
		form.ClientID,
	), fmt.Sprintf(
		"Client application %s was created.",
		text.Quote(form.DisplayName),
	)
	if in.confidential {
		out.addSecret(made.delivered, made.lost)
	}
	if made.lost != nil {
		out.Exists = []leftover{clientLeftover(form.ClientID)}
	}
	return out, nil
}

// check refuses arguments that awork or a person could not use.
func (in createClientInput) check() (form awork.NewClientApplication, err error) {
	form = awork.NewClientApplication{
		ClientID:       strings.TrimSpace(in.clientID),
		RedirectURIs:   in.redirectURIs,
		IsConfidential: in.confidential,
	}
	if form.DisplayName, err = checkName("displayName", in.displayName); err != nil {
		return form, err
	}
	if strings.Trim(form.ClientID, ".") == "" || form.ClientID != text.Clean(form.ClientID) ||
		strings.ContainsAny(form.ClientID, " /\\?#%") {
		return form, result.Refuse(result.InvalidInput, "clientId must be a word without spaces, slashes and percent "+
			"signs, such as time-export; received %s.", text.Quote(in.clientID))
	}
	return form, checkRedirectURIs(in.redirectURIs)
}

// newClient is a client application that was made, and what became of its secret.
type newClient struct {
	app       *awork.ClientApplication
	delivered *delivered
	lost      error
}

func (s secrets) sendClientApplication(
	ctx context.Context,
	c *call.Call,
	grant call.Grant,
	form awork.NewClientApplication,
	existing []awork.ClientApplication,
) (made newClient, err error) {
	detached, done := call.Detach(ctx)
	defer done()
	w := call.Write{Name: form.DisplayName, ClientID: form.ClientID, Success: result.Created}
	err = c.Write(ctx, grant, w, func(ctx context.Context, client *awork.Client, e *journal.Entry) error {
		app, secret, err := client.CreateClientApplication(ctx, form, existing)
		if err == nil && form.IsConfidential {
			made.delivered, made.lost = s.handOverClientSecret(detached, c, e, form.ClientID, secret)
		}
		made.app = app
		return err
	})
	return made, err
}

// handOverClientSecret hands a client secret over; what it fails with is a
// [lostSecretError].
func (s secrets) handOverClientSecret(
	ctx context.Context,
	c *call.Call,
	e *journal.Entry,
	clientID string,
	secret awork.Secret,
) (*delivered, error) {
	if e.Delivered = journal.Undelivered; secret.IsZero() {
		return nil, &lostSecretError{"Its secret was lost on the way, so nobody has it.", nil}
	}
	d, err := s.deliver(ctx, c, Secret{Kind: KindClientSecret, ClientID: clientID, Value: secret})
	if err != nil {
		return nil, &lostSecretError{"The delivery of its secret failed, so don't count on anybody having it; the " +
			"server's log says why.", err}
	}
	e.Delivered = d.Where
	return d, nil
}

// addSecret adds to a result where the client secret went, or that it is to be
// made anew.
func (r *clientResult) addSecret(d *delivered, lost error) {
	if lost != nil {
		r.Outcome, r.Message = result.DeliveryFailed, fmt.Sprintf("%s %s Make another with "+
			"generate_client_secret.", r.Message, lost)
		return
	}
	r.Delivered, r.Message = d, fmt.Sprintf("%s Its secret was saved to: %s.", r.Message, d.Where)
}
