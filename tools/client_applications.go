package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
)

// clientResult is what the tools for client applications answer.
type clientResult struct {
	secretResult
	ClientApplication *ClientApplication `json:"clientApplication,omitempty"`
	Before            *ClientApplication `json:"before,omitempty"`
	Results           []itemResult       `json:"results,omitempty"`
}

func showClient(a awork.ClientApplication) *ClientApplication {
	return &ClientApplication{ClientID: clean(a.ClientID), DisplayName: clean(a.DisplayName), IsConfidential: a.IsConfidential,
		RedirectURIs: cleanList(a.RedirectURIs), CreatedOn: showTime(a.CreatedOn)}
}

type createClientInput struct {
	clientID, displayName string
	redirectURIs          []string
	confidential          bool
}

func createClientApplication() *tool {
	return writing(spec{
		name: "create_client_application", title: "Create client application", family: familyCredentials, destructive: true,
		description: "Make a client application, to which API users belong. A confidential one gets a secret, which is handed to where the operator wants secrets to go and never shown here.",
		output:      []property{{"workspace", "string"}, {"clientId", "string"}, {"clientApplication", "object"}, {"delivered", "object"}, {"exists", "array"}, {"error", "object"}},
	}, func(in *createClientInput) []field {
		return []field{
			stringField("clientId", "unique id, such as time-export", &in.clientID).must(),
			stringField("displayName", "name that people see", &in.displayName).must(),
			stringsField("redirectUris", "where awork may send people back to, for OAuth", &in.redirectURIs),
			boolField("isConfidential", "true for a backend that keeps a secret", &in.confidential),
		}
	}, planCreateClient)
}

func planCreateClient(ctx context.Context, c *call, in createClientInput) (*change, error) {
	c.notDone = "No client application was made."
	name, err := checkName(in.displayName)
	if err != nil {
		return nil, refuse(InvalidInput, "For displayName: %s", err)
	}
	id := strings.TrimSpace(in.clientID)
	if strings.Trim(id, ".") == "" || id != clean(id) || strings.ContainsAny(id, " /\\?#%") {
		return nil, refuse(InvalidInput, "clientId must be a word without spaces, slashes and percent signs; received %s.", quoted(in.clientID))
	}
	c.doing = "create client application " + quoted(id)
	if err := checkRedirectURIs(in.redirectURIs); err != nil {
		return nil, err
	}
	if in.confidential {
		if err := c.tools.needDelivery(); err != nil {
			return nil, err
		}
	}
	before, err := c.account.client.ListClientApplications(ctx)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(before, func(a awork.ClientApplication) bool { return strings.EqualFold(a.ClientID, id) }) {
		return nil, refuse(InvalidInput, "clientId %s is taken already; choose another, or use that client application.", quoted(id))
	}
	ch := &change{decided: []any{id, name, in.redirectURIs, in.confidential}}
	if in.confidential {
		ch.question = func(ctx context.Context) string {
			return fmt.Sprintf("Make the client application %s (%s) with a secret, in the awork workspace %s?\n\nThe secret goes to %s, and is shown to nobody here.",
				quoted(name), quoted(id), quoted(c.workspace(ctx)), c.tools.delivery.Describe())
		}
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		finishing, done := letFinish(ctx)
		defer done()
		var app *awork.ClientApplication
		var d *Delivered
		var lost error
		e := &Entry{Name: name, ClientID: id}
		err := c.write(ctx, e, Created, func(ctx context.Context) (*APIUser, error) {
			var secret awork.Secret
			var err error
			app, secret, err = c.account.client.CreateClientApplication(ctx, awork.NewClientApplication{
				ClientID: id, DisplayName: name, RedirectURIs: in.redirectURIs, IsConfidential: in.confidential}, before)
			if err == nil && in.confidential {
				d, lost = c.handOverClientSecret(finishing, e, id, secret)
			}
			return nil, err
		})
		var effect *awork.EffectError
		if errors.As(err, &effect) {
			return &clientResult{secretResult: secretResult{ClientID: clean(id), Result: Result{Outcome: Unknown, Error: detail(effect.Attempt),
				Message: fmt.Sprintf("It is not known whether awork made the client application %s: %s Look with list_client_applications before you repeat the call.", quoted(id), said(effect.Attempt))}}}, nil
		}
		if err != nil {
			return nil, err
		}
		out := &clientResult{ClientApplication: showClient(*app)}
		out.Outcome, out.ClientID, out.Message = Created, clean(id), fmt.Sprintf("Client application %s is made.", quoted(name))
		if in.confidential {
			out.tellSecret(d, lost)
		}
		if lost != nil {
			out.Exists = []Remains{clientRemains(id)}
		}
		return out, nil
	}
	return ch, nil
}

// handOverClientSecret hands a client secret over; what it fails with is a
// [lostSecretError].
func (c *call) handOverClientSecret(ctx context.Context, e *Entry, clientID string, secret awork.Secret) (*Delivered, error) {
	if e.Delivered = undelivered; secret.IsZero() {
		return nil, &lostSecretError{"Its secret was lost on the way, so nobody has it.", nil}
	}
	d, err := c.deliver(ctx, Parcel{Kind: KindClientSecret, ClientID: clientID, Secret: secret})
	if err != nil {
		return nil, &lostSecretError{"The delivery of its secret failed, so don't count on anybody having it; the server's log says why.", err}
	}
	e.Delivered = d.Where
	return d, nil
}

// tellSecret adds to a result where the client secret went, or that it is to be
// made anew.
func (r *clientResult) tellSecret(d *Delivered, lost error) {
	if lost != nil {
		r.Outcome, r.Message = UpstreamError, fmt.Sprintf("%s %s Make another with generate_client_secret.", r.Message, lost)
		return
	}
	r.Delivered, r.Message = d, fmt.Sprintf("%s Its secret is delivered: %s.", r.Message, d.Where)
}

type secretInput struct{ clientID string }

func generateClientSecret() *tool {
	return writing(spec{
		name: "generate_client_secret", title: "Generate client secret", family: familyCredentials, destructive: true,
		description: "Make a new secret for a confidential client application and hand it to where the operator wants secrets to go. The old secret is good no more: what uses it loses access when its token expires.",
		output:      []property{{"workspace", "string"}, {"clientId", "string"}, {"delivered", "object"}, {"error", "object"}},
	}, func(in *secretInput) []field {
		return []field{stringField("clientId", "client application id or exact name", &in.clientID).must()}
	}, func(ctx context.Context, c *call, in secretInput) (*change, error) {
		c.notDone = "No secret was made."
		if err := c.tools.needDelivery(); err != nil {
			return nil, err
		}
		app, _, err := c.clientApplication(ctx, in.clientID)
		if err != nil {
			return nil, err
		}
		if !app.IsConfidential {
			return nil, refuse(InvalidInput, "Client application %s is public: it has no secret.", quoted(app.ClientID))
		}
		ch := &change{decided: []any{app.ClientID}, detail: string(mustMarshal(app))}
		ch.question = func(ctx context.Context) string {
			return fmt.Sprintf("Make a new secret for the client application %s (%s), in the awork workspace %s?\n\nThe old one is good no more: what uses it loses access when its token expires. The new one goes to %s.",
				quoted(app.DisplayName), quoted(app.ClientID), quoted(c.workspace(ctx)), c.tools.delivery.Describe())
		}
		ch.commit = func(ctx context.Context) (reply, error) {
			finishing, done := letFinish(ctx)
			defer done()
			var d *Delivered
			var lost error
			e := &Entry{Name: clean(app.DisplayName), ClientID: clean(app.ClientID)}
			err := c.write(ctx, e, Created, func(ctx context.Context) (*APIUser, error) {
				secret, err := c.account.client.GenerateClientSecret(ctx, app.ClientID)
				if err == nil {
					d, lost = c.handOverClientSecret(finishing, e, app.ClientID, secret)
				}
				return nil, err
			})
			out := &clientResult{}
			out.ClientID = clean(app.ClientID)
			if err != nil {
				if unclear(err) {
					out.Result = *c.secretFailure(err)
					out.Message += " The secret before it may be good no more. Make another with generate_client_secret."
					return out, nil
				}
				return nil, c.clientGone(app.ClientID, err)
			}
			out.Outcome, out.Message = Created, fmt.Sprintf("Client application %s has a new secret.", quoted(app.DisplayName))
			out.tellSecret(d, lost)
			return out, nil
		}
		return ch, nil
	})
}

// clientGone is err, told as what it is where awork no longer knows the client
// application.
func (c *call) clientGone(id string, err error) error {
	if !unclear(err) && awork.Is(err, awork.KindNotFound) {
		return refuse(NotFound, "awork knows no client application %s any more; list_client_applications shows which there are.", quoted(id))
	}
	return err
}

// clientApplication reads a client application by id or exact name, fresh, and
// all of them.
func (c *call) clientApplication(ctx context.Context, text string) (awork.ClientApplication, []awork.ClientApplication, error) {
	all, err := c.account.client.ListClientApplications(ctx)
	if err != nil {
		return awork.ClientApplication{}, nil, err
	}
	id, err := names{clients: clientNames(all)}.findClient("clientId", text)
	if err != nil {
		return awork.ClientApplication{}, nil, err
	}
	c.doing = c.spec.title + " " + quoted(id)
	return all[slices.IndexFunc(all, func(a awork.ClientApplication) bool { return a.ClientID == id })], all, nil
}

// belonging are the API users that belong to a client application.
func (c *call) belonging(ctx context.Context, clientID string) ([]awork.APIUser, error) {
	users, err := c.account.roster(ctx)
	if err != nil {
		return nil, err
	}
	if !users.whole() {
		return nil, refuse(UpstreamError, "awork says that there are %d API users but sent %d, so one that nobody named, or that is protected, may belong to it.", users.total, len(users.all))
	}
	return slices.DeleteFunc(users.all, func(u awork.APIUser) bool { return u.ClientID != clientID }), nil
}
