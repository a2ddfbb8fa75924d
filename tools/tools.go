package tools

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// Outcome is how a call ended.
type Outcome = result.Outcome

// ConfirmMode is when a human is asked before a write: auto, strict, human or
// never.
type ConfirmMode = confirm.Mode

// Caller is who makes calls, as the transport has authenticated it, and what it
// may do.
type Caller = call.Caller

// Account is a workspace as one awork token sees it.
type Account = call.Account

// AnswerStore makes a human's answer good for one time across processes.
type AnswerStore = confirm.AnswerStore

// Policy is what the operator allows, whatever an agent asks for. It is enforced
// where tools run; which tools are listed follows from it.
type Policy struct {
	// ReadOnly leaves only the tools that read.
	ReadOnly bool
	// Tools names the tools that exist: the families "default" and "credentials",
	// names, and globs within the default family. Empty means "default".
	Tools []string
	// Protect names API users that are never written to: UUIDs in any form, and
	// globs over their names.
	Protect []string
	// AllowRoles names the roles that API users may be given, by id or name; all
	// where empty.
	AllowRoles []string
	// NoAdmin refuses to make an API user an admin.
	NoAdmin bool
	// Confirm is when a human is asked; auto where empty.
	Confirm ConfirmMode
}

// Options is what tools are made of.
type Options struct {
	// Client is that of the calls whose context brings no account of its own; nil
	// where all do.
	Client *awork.Client
	Policy Policy
	// Log gets one line a call; slog.DiscardHandler's where nil.
	Log *slog.Logger
	// Delivery takes the secrets that are made; nil refuses to make any.
	Delivery Delivery
	// Journal records every write; nil records none.
	Journal *journal.Journal
	// StateKey seals questions, so that replicas with the same key finish each
	// other's: 32 bytes, or nil for a random one.
	StateKey []byte
	// Answers makes an answer good for one time at all replicas; nil where there is
	// one process.
	Answers AnswerStore
	// Stateless is set where replicas serve the same callers: without Answers, what
	// would make something after a question is refused.
	Stateless bool
	// ListCode lets calls bring a confirmation code also where Confirm is auto, for
	// transports that may not be able to ask.
	ListCode bool
	// NoView leaves out the view of the audit, for hosts that show it badly.
	NoView bool
	// AnsweredBy is how an answered question was confirmed, as the journal names it;
	// "form" where empty.
	AnsweredBy string
	// Yes answers every question with yes, as AnsweredBy.
	Yes bool
	// ConfirmTimeout bounds how long a question waits for its answer. Where zero, 55
	// seconds while the call waits, since several clients give a call 60, and five
	// minutes else.
	ConfirmTimeout time.Duration
	// Observe, where not nil, is called after every call.
	Observe func(tool string, outcome Outcome, took time.Duration)
	// Deadline bounds awork's part of a call: once before a human is asked, and once
	// more after. 30 seconds where zero.
	Deadline time.Duration
}

// Tools is the catalogue of tools under one policy.
type Tools struct {
	account  *Account
	server   *call.Server
	listCode bool
	noView   bool
	log      *slog.Logger
	observe  func(tool string, outcome Outcome, took time.Duration)
	chosen   []*tool
}

// New makes the tools that exist under the policy. It refuses a policy that
// contradicts itself or names what there is not, with one line that says what
// to set.
func New(o Options) (*Tools, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	allowed, err := policy.Parse(
		policy.Settings{Protect: o.Policy.Protect, AllowRoles: o.Policy.AllowRoles, NoAdmin: o.Policy.NoAdmin},
	)
	if err != nil {
		return nil, err
	}
	confirmer, err := confirm.New(
		confirm.Options{Mode: o.Policy.Confirm, Key: o.StateKey, Timeout: o.ConfirmTimeout, Store: o.Answers,
			Stateless: o.Stateless, CodeInAuto: o.ListCode, AnsweredBy: o.AnsweredBy, Yes: o.Yes, Log: o.Log},
	)
	if err != nil {
		return nil, err
	}
	t := &Tools{
		log:      o.Log,
		observe:  o.Observe,
		listCode: confirmer.ListsCode(),
		noView:   o.NoView,
		server: &call.Server{
			Policy:   allowed,
			Confirm:  confirmer,
			Journal:  o.Journal,
			Log:      o.Log,
			Deadline: cmp.Or(o.Deadline, 30*time.Second),
		},
	}
	if o.Client != nil {
		t.account = call.NewAccount(o.Client)
	}
	all, access := catalogue(o.Delivery)
	if access.existing, err = choose(all, o.Policy); err != nil {
		return nil, err
	}
	for _, tool := range all {
		if access.existing[tool.name] {
			t.chosen = append(t.chosen, tool)
		}
	}
	return t, nil
}

// choose returns the names of those of all tools that exist under a policy.
func choose(all []*tool, p Policy) (map[string]bool, error) {
	var list []policy.Tool
	for _, t := range all {
		list = append(list, policy.Tool{Name: t.name, Family: t.inFamily(), Writes: t.writes})
	}
	return policy.Select(list, p.Tools, p.ReadOnly)
}

// NewAccount makes an account of a client.
func NewAccount(client *awork.Client) *Account { return call.NewAccount(client) }

// WithCaller says who makes the calls under ctx. Tools that the caller may not
// use do not exist for it, and a question asked of one caller can't be answered
// by another. Without a caller, everything that the policy allows may be done.
func WithCaller(ctx context.Context, c Caller) context.Context { return call.WithCaller(ctx, c) }

// Blocked returns an error for a [awork.TokenSource] that keeps calls from going on:
// their outcome is blocked, with that message.
func Blocked(message string) error { return result.Refuse(result.Blocked, "%s", message) }

// WithAccount has the calls under ctx go to an account of their own instead of
// that of [Options].
func WithAccount(ctx context.Context, a *Account) context.Context { return call.WithAccount(ctx, a) }

// List returns the tools as the protocol lists them, in the catalogue's order.
func (t *Tools) List() []mcp.Tool {
	var list []mcp.Tool
	for _, tool := range t.chosen {
		list = append(list, tool.describe(t.listCode, !t.noView))
	}
	return list
}

// MakingSecrets returns the names of the tools that make secrets.
func (t *Tools) MakingSecrets() []string {
	var names []string
	for _, tool := range t.chosen {
		if tool.makesSecret {
			names = append(names, tool.name)
		}
	}
	return names
}
