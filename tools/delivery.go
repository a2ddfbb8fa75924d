package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// Delivery hands a secret over to where the operator wants secrets to go. It
// must not show the secret to anybody else.
type Delivery interface {
	// Deliver hands p over and says where it is now, in words that hold no secret.
	Deliver(ctx context.Context, p Parcel) (where string, err error)
	// Describe says where secrets go, in words that complete "It goes to …".
	Describe() string
}

// The kinds of secrets.
const (
	KindAPIKey       = "api-key"
	KindClientSecret = "client-secret"
)

// Parcel is a secret with what it is for.
type Parcel struct {
	Kind     string
	ClientID string
	// APIUserID is that of an API key; nil for a client secret.
	APIUserID uuid.UUID
	Secret    awork.Secret
}

// Delivered is what a result tells of a secret.
type Delivered struct {
	Where string `json:"where"`
	// Fingerprint is the beginning of the secret's SHA-256.
	Fingerprint string `json:"fingerprint"`
}

// Remains is something that exists because of a call that did not come to its
// end.
type Remains struct {
	What string `json:"what"`
	ID   string `json:"id"`
	// CleanUp is the tool call that removes it.
	CleanUp Fix `json:"cleanUp"`
}

// secretResult is what the tools of the family credentials answer.
type secretResult struct {
	Result
	ClientID  string     `json:"clientId,omitempty"`
	Delivered *Delivered `json:"delivered,omitempty"`
	// SuccessorID is the API user that a rotation made; it is also in apiUser.
	SuccessorID string    `json:"successorId,omitempty"`
	Exists      []Remains `json:"exists,omitempty"`
}

// needDelivery refuses a secret that would have nowhere to go.
func (t *Tools) needDelivery() error {
	if t.delivery == nil {
		return refuse(Blocked, "This server has nowhere to put a secret, and never shows one. Its operator sets where secrets go with --deliver file, keyring or command.")
	}
	return nil
}

// deliver hands a secret over.
func (c *call) deliver(ctx context.Context, p Parcel) (*Delivered, error) {
	where, err := c.tools.delivery.Deliver(ctx, p)
	if err != nil {
		c.tools.log.ErrorContext(ctx, "a secret could not be delivered", "kind", p.Kind, "clientId", clean(p.ClientID), "apiUserId", p.APIUserID, "error", err)
		return nil, err
	}
	return &Delivered{Where: clean(where), Fingerprint: p.Secret.Fingerprint()}, nil
}

// prove uses a new key once: it must be that of the API user u, with its role.
func (c *call) prove(ctx context.Context, key awork.Secret, u awork.APIUser) error {
	token, err := awork.ParseToken(key.Reveal())
	if err != nil {
		return err
	}
	client := c.account.client.WithToken(token)
	me, err := client.Me(ctx)
	if err != nil {
		return err
	}
	permissions, err := client.MyPermissions(ctx)
	switch {
	case err != nil:
		return err
	case me.ID != u.ID:
		return fmt.Errorf("it is the key of %s", me.ID)
	case u.RoleID != uuid.Nil && permissions.RoleID != u.RoleID:
		return fmt.Errorf("its role is %s and not %s", idOrNone(permissions.RoleID), u.RoleID)
	}
	return nil
}

// key makes a key for u, proves it and delivers it. The error says in words what
// of that did not work; whether a key exists then is told by made.
func (c *call) key(ctx context.Context, u awork.APIUser) (d *Delivered, made string, err error) {
	var key awork.Secret
	e := Entry{APIUserID: u.ID, Name: clean(u.Name), ClientID: clean(u.ClientID)}
	err = c.write(ctx, e, Created, func(ctx context.Context) (*APIUser, error) {
		var err error
		key, err = c.account.client.GenerateAPIKey(ctx, u.ClientID, u.ID)
		return nil, err
	})
	if err != nil {
		return nil, "", err
	}
	if err := c.prove(ctx, key, u); err != nil {
		return nil, "A key was made and given to nobody, because it could not be proved to be what it should be: " + quoted(err.Error()) + ".", err
	}
	if d, err = c.deliver(ctx, Parcel{Kind: KindAPIKey, ClientID: u.ClientID, APIUserID: u.ID, Secret: key}); err != nil {
		return nil, "A key was made and proved, but could not be delivered, so nobody has it; the server's log says why.", err
	}
	return d, "", nil
}

// rights says in words what a role may do.
func (r role) rights() string {
	switch {
	case r.admin == adminRole, r.admin == adminByOmission:
		return "everything in the workspace, as an admin"
	case r.admin == adminUnreadable:
		return "what can't be read; take it for everything"
	}
	var words string
	for i, p := range showPermissions(r.permissions) {
		if i == maxList {
			words += ", …"
			break
		}
		if words != "" {
			words += ", "
		}
		words += fmt.Sprintf("%s (%s)", p.Feature, join(p.AccessLevels))
	}
	if words == "" {
		words = "nothing that the API names"
	}
	if r.admin != "" {
		words += ". That amounts to everything: " + r.admin
	}
	return words
}
