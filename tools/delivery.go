package tools

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Delivery hands a secret over to where the operator wants secrets to go. It
// must not show the secret to anybody else.
type Delivery interface {
	// Deliver hands s over and says where it is now, in words that hold no secret.
	Deliver(ctx context.Context, s Secret) (where string, err error)
	// Check returns an error where a secret could not be handed over now. It is asked
	// before a secret is made, since one that can't be handed over is lost.
	Check(ctx context.Context) error
	// Describe says where secrets go, in words that complete "It goes to …".
	Describe() string
}

// The kinds of secrets.
const (
	KindAPIKey       = "api-key"
	KindClientSecret = "client-secret"
)

// Secret is a secret with what it is for.
type Secret struct {
	Kind     string
	ClientID string
	// APIUserID is that of an API key; nil for a client secret.
	APIUserID uuid.UUID
	Value     awork.Secret
}

// secrets are the tools that make secrets, with where those go.
type secrets struct{ delivery Delivery }

// delivered is what a result tells of a secret.
type delivered struct {
	Where string `json:"where"`
	// Fingerprint is the beginning of the secret's SHA-256.
	Fingerprint string `json:"fingerprint"`
}

// leftover is something that exists because of a call that did not come to its
// end.
type leftover struct {
	What string `json:"what"`
	ID   string `json:"id"`
	// CleanUp is the tool call that removes it, which asks as any call of it does. No
	// tool removes a role: a person does that in awork's settings.
	CleanUp result.Fix `json:"cleanUp,omitzero"`
}

// secretResult is what the tools of the family credentials answer.
type secretResult struct {
	result.Result
	ClientID  string     `json:"clientId,omitempty"`
	Delivered *delivered `json:"delivered,omitempty"`
	// SuccessorID is the API user that a rotation made; it is also in apiUser.
	SuccessorID string `json:"successorId,omitempty"`
	// Exists is what a call made that did not come to its end, the newest first.
	Exists []leftover `json:"exists,omitempty"`
	// Candidates are API users that an unclear step may have made.
	Candidates []*result.APIUser `json:"candidates,omitempty"`
}

const nowhereToPut = "This server has nowhere to put a secret, and never shows one. Its operator says at its start " +
	"where secrets go: --deliver file with --deliver-dir, --deliver keyring, or --deliver command with --deliver-command."

// check refuses a secret that would have nowhere to go, or could not be handed over
// now.
func (s secrets) check(ctx context.Context, c *call.Call) error {
	if s.delivery == nil {
		return result.Refuse(result.Blocked, nowhereToPut)
	}
	if err := s.delivery.Check(ctx); err != nil {
		c.Log().ErrorContext(ctx, "secrets can't be delivered now", "error", err)
		return result.Refuse(result.Blocked, "A secret could not be handed over to %s now, so none is made; the "+
			"server's log and awork-mcp doctor say why.", s.describe())
	}
	return nil
}

// describe says where secrets go.
func (s secrets) describe() string { return s.delivery.Describe() }

// deliver hands a secret over.
func (s secrets) deliver(ctx context.Context, c *call.Call, secret Secret) (*delivered, error) {
	where, err := s.delivery.Deliver(ctx, secret)
	if err != nil {
		c.Log().ErrorContext(
			ctx,
			"a secret could not be delivered",
			"kind",
			secret.Kind,
			"clientId",
			text.Clean(secret.ClientID),
			"apiUserId",
			secret.APIUserID,
			"error",
			secret.Value.Redact(err.Error()),
		)
		return nil, err
	}
	return &delivered{Where: text.Clean(secret.Value.Redact(where)), Fingerprint: secret.Value.Fingerprint()}, nil
}

// lostSecretError is the error of a secret that was made and that nobody has been
// given.
type lostSecretError struct {
	why   string // a sentence
	cause error
}

func (l *lostSecretError) Error() string { return l.why }
func (l *lostSecretError) Unwrap() error { return l.cause }

func isLost(err error) bool { return errors.As(err, new(*lostSecretError)) }

// secretFailure describes an error where a key or a secret was to be made, and what
// of it may exist: nothing of awork's shows it.
func secretFailure(c *call.Call, err error) *result.Result {
	var lost *lostSecretError
	var effect *awork.EffectError
	var upstream *awork.Error
	switch {
	case errors.As(err, &lost):
		r := &result.Result{Outcome: result.DeliveryFailed, Message: lost.why}
		if errors.As(lost.cause, &upstream) {
			r.Error = call.Detail(upstream)
		}
		return r
	case errors.As(err, &effect):
		return &result.Result{Outcome: result.Unknown, Error: call.Detail(effect.Attempt),
			Message: "It is not known whether awork made it, and awork shows nowhere whether " +
				"it did: " + call.DescribeAnswer(effect.Attempt) + " If it did, nobody was given it."}
	}
	return c.Describe(err).Base()
}
