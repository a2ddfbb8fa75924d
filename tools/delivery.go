package tools

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	// CleanUp is the tool call that removes it, which asks as any call of it does.
	CleanUp Fix `json:"cleanUp"`
}

// secretResult is what the tools of the family credentials answer.
type secretResult struct {
	Result
	ClientID  string     `json:"clientId,omitempty"`
	Delivered *Delivered `json:"delivered,omitempty"`
	// SuccessorID is the API user that a rotation made; it is also in apiUser.
	SuccessorID string `json:"successorId,omitempty"`
	// Exists is what a call made that did not come to its end, the newest first.
	Exists []Remains `json:"exists,omitempty"`
	// Candidates are API users that an unclear step may have made.
	Candidates []*APIUser `json:"candidates,omitempty"`
}

// needDelivery refuses a secret that would have nowhere to go.
func (t *Tools) needDelivery() error {
	if t.delivery == nil {
		return refuse(Blocked, "This server has nowhere to put a secret, and never shows one. Its operator says at its start where secrets go: --deliver file with --deliver-dir, --deliver keyring, or --deliver command with --deliver-command.")
	}
	return nil
}

// deliver hands a secret over.
func (c *call) deliver(ctx context.Context, p Parcel) (*Delivered, error) {
	where, err := c.tools.delivery.Deliver(ctx, p)
	if err != nil {
		c.tools.log.ErrorContext(ctx, "a secret could not be delivered", "kind", p.Kind, "clientId", clean(p.ClientID), "apiUserId", p.APIUserID, "error", p.Secret.Redact(err.Error()))
		return nil, err
	}
	return &Delivered{Where: clean(p.Secret.Redact(where)), Fingerprint: p.Secret.Fingerprint()}, nil
}

// lostSecretError is the error of a secret that was made and that nobody has been
// given.
type lostSecretError struct {
	why   string // a sentence
	cause error
}

func (l *lostSecretError) Error() string { return l.why }
func (l *lostSecretError) Unwrap() error { return l.cause }

// unclear reports whether err is that of a write whose effect is not known.
func unclear(err error) bool { return errors.As(err, new(*awork.EffectError)) }

// prove uses a new key: it must be that of the API user u, with its role r.
func (c *call) prove(ctx context.Context, key awork.Secret, u awork.APIUser, r role) error {
	failed := func(why string, err error) error {
		return &lostSecretError{"A key was made, but it is not proved to be what it should be, so nobody was given it: " + why, err}
	}
	token, err := awork.ParseToken(key.Reveal())
	if err != nil {
		return failed(err.Error()+".", err)
	}
	client := c.account.client.WithToken(token)
	me, err := client.Me(ctx)
	var permissions *awork.Permissions
	if err == nil {
		permissions, err = client.MyPermissions(ctx)
	}
	var upstream *awork.Error
	switch {
	case errors.As(err, &upstream):
		return failed(said(upstream), err)
	case err != nil:
		return failed("the call ended before awork had answered.", err)
	case me.ID != u.ID:
		return failed("it is the key of "+me.ID.String()+".", nil)
	case u.RoleID != uuid.Nil && permissions.RoleID != u.RoleID:
		return failed(fmt.Sprintf("its role is %s and not %s.", idOrNone(permissions.RoleID), u.RoleID), nil)
	case permissions.IsAdmin && r.admin == "":
		return failed("it is an admin's, which its role is not.", nil)
	}
	return nil
}

// letFinish is a context for what follows once awork has made a secret, which
// can't be asked for again: it outlives ctx, but not by more than a write may.
func letFinish(ctx context.Context) (finishing context.Context, done func()) {
	finishing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(awork.FinishWithin, cancel) })
	return finishing, func() { stop(); cancel() }
}

// key makes a key for u with the role r, proves it and delivers it. What comes
// after the making fails with a [lostSecretError].
func (c *call) key(ctx context.Context, u awork.APIUser, r role) (*Delivered, error) {
	finishing, done := letFinish(ctx)
	defer done()
	var d *Delivered
	var lost error
	e := &Entry{APIUserID: u.ID, Name: clean(u.Name), ClientID: clean(u.ClientID)}
	err := c.write(ctx, e, Created, func(ctx context.Context) (*APIUser, error) {
		key, err := c.account.client.GenerateAPIKey(ctx, u.ClientID, u.ID)
		if err != nil {
			return nil, err
		}
		e.Delivered = undelivered
		if d, lost = c.handOverKey(finishing, key, u, r); lost == nil {
			e.Delivered = d.Where
		}
		return nil, nil
	})
	if err == nil {
		err = lost
	}
	return d, err
}

// handOverKey proves a new key and delivers it.
func (c *call) handOverKey(ctx context.Context, key awork.Secret, u awork.APIUser, r role) (*Delivered, error) {
	if err := c.prove(ctx, key, u, r); err != nil {
		c.tools.log.ErrorContext(ctx, "a key was made and is not proved, so nobody was given it", "apiUserId", u.ID, "clientId", clean(u.ClientID), "error", key.Redact(err.Error()))
		return nil, err
	}
	d, err := c.deliver(ctx, Parcel{Kind: KindAPIKey, ClientID: u.ClientID, APIUserID: u.ID, Secret: key})
	if err != nil {
		return nil, &lostSecretError{"A key was made and proved, but its delivery failed, so don't count on anybody having it; the server's log says why.", err}
	}
	return d, nil
}

// secretFailure is what an error is told as where a key or a secret was to be
// made: what of it may exist is said, for nothing of awork's shows it.
func (c *call) secretFailure(err error) *Result {
	var lost *lostSecretError
	var effect *awork.EffectError
	var upstream *awork.Error
	switch {
	case errors.As(err, &lost):
		r := &Result{Outcome: UpstreamError, Message: lost.why}
		if errors.As(lost.cause, &upstream) {
			r.Error = detail(upstream)
		}
		return r
	case errors.As(err, &effect):
		return &Result{Outcome: Unknown, Error: detail(effect.Attempt),
			Message: fmt.Sprintf("It is not known whether awork made it, and awork shows nowhere whether it did: %s If it did, nobody was given it.", said(effect.Attempt))}
	}
	return c.failure(err).result()
}

// rights says what a role may do, in words that complete "What it may do: …".
func (r role) rights() string {
	switch r.admin {
	case adminRole, adminByOmission:
		return "everything in the workspace, as an admin"
	case adminUnreadable:
		return "it can't be read, so take it for everything"
	}
	var words string
	for i, p := range showPermissions(r.permissions) {
		if i == maxList {
			words += " and more"
			break
		}
		if words != "" {
			words += ", "
		}
		words += fmt.Sprintf("%s (%s)", word(p.Feature), listed(p.AccessLevels))
	}
	if words == "" {
		words = "nothing that the API names"
	}
	if r.admin != "" {
		words += "; that amounts to everything, for " + r.admin
	}
	return words
}
