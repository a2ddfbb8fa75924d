package tools

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/awork"
)

// The families of tools: those that exist unless the policy says otherwise, and
// those that make secrets, which must be asked for by name.
const (
	familyDefault     = "default"
	familyCredentials = "credentials"
)

// Options is what tools are made of.
type Options struct {
	// Client is that of the calls whose context brings no account of its own; nil
	// where all do.
	Client *awork.Client
	// Host names awork's address where a call brings no account; Client's where
	// empty.
	Host   string
	Policy Policy
	// Log gets one line a call; slog.DiscardHandler's where nil.
	Log *slog.Logger
	// Delivery takes the secrets that are made; nil refuses to make any.
	Delivery Delivery
	// Journal records every write; nil records none.
	Journal *Journal
	// StateKey seals questions, so that replicas with the same key finish each
	// other's: 32 bytes, or nil for a random one.
	StateKey []byte
	// ConfirmTimeout bounds how long a question waits for its answer; 55 seconds
	// where zero, since several clients give a call 60.
	ConfirmTimeout time.Duration
	// Observe, where not nil, is told of every call.
	Observe func(tool string, outcome Outcome, took time.Duration)
	// Deadline bounds awork's part of a call: once for its plan and once more
	// for its commit. 30 seconds where zero.
	Deadline time.Duration
}

// Tools is the catalogue of tools under one policy.
type Tools struct {
	account        *Account
	host           string
	protected      protection
	allowedRoles   []string
	noAdmin        bool
	confirm        ConfirmMode
	confirmTimeout time.Duration
	sealer         *sealer
	open           *openQuestions
	delivery       Delivery
	journal        *Journal
	log            *slog.Logger
	observe        func(tool string, outcome Outcome, took time.Duration)
	deadline       time.Duration
	chosen         []*tool
}

// New makes the tools that exist under the policy. It refuses a policy that
// contradicts itself or names what there is not, with one line that says what
// to set.
func New(o Options) (*Tools, error) {
	t := &Tools{allowedRoles: trimmed(o.Policy.AllowRoles), noAdmin: o.Policy.NoAdmin,
		confirm: cmp.Or(o.Policy.Confirm, ConfirmAuto), delivery: o.Delivery, journal: o.Journal, log: o.Log,
		deadline: cmp.Or(o.Deadline, 30*time.Second), confirmTimeout: cmp.Or(o.ConfirmTimeout, 55*time.Second),
		open: &openQuestions{by: map[string]int{}}}
	t.host = o.Host
	if o.Client != nil {
		t.account, t.host = NewAccount(o.Client), o.Client.Host()
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if !slices.Contains([]ConfirmMode{ConfirmAuto, ConfirmStrict, ConfirmHuman, ConfirmNever}, t.confirm) {
		return nil, fmt.Errorf("--confirm must be auto, strict, human or never, not %s", quoted(string(t.confirm)))
	}
	if slices.Contains(t.allowedRoles, "") {
		return nil, fmt.Errorf("--allow-roles has an empty entry: give role ids or names, or leave it out")
	}
	if t.observe = o.Observe; t.observe == nil {
		t.observe = func(string, Outcome, time.Duration) {}
	}
	var err error
	if t.sealer, err = newSealer(o.StateKey); err != nil {
		return nil, err
	}
	if t.protected, err = parseProtection(o.Policy.Protect); err != nil {
		return nil, err
	}
	if t.chosen, err = o.Policy.chosen(catalogue()); err != nil {
		return nil, err
	}
	for _, tool := range t.chosen {
		tool.described = sync.OnceValue(func() mcp.Tool { return tool.protocol(t.confirm) })
	}
	return t, nil
}

func trimmed(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, strings.TrimSpace(s))
	}
	return out
}

// List gives the tools as the protocol lists them, in the catalogue's order.
func (t *Tools) List() []mcp.Tool {
	var list []mcp.Tool
	for _, tool := range t.chosen {
		list = append(list, tool.described())
	}
	return list
}

// protocol is the tool as MCP describes it in a mode of confirmation. Every
// annotation is given: the protocol's defaults call a tool destructive that says
// nothing.
func (t *tool) protocol(mode ConfirmMode) mcp.Tool {
	input, output := t.input, t.output
	if t.writes && mode == ConfirmStrict {
		code := codeField(new(string))
		input = input.CloneSchemas()
		input.Properties[code.name] = code.schema()
		input.PropertyOrder = append(slices.Clone(input.PropertyOrder), code.name)
		output = append(slices.Clone(output), property{codeArgument, "string"})
	}
	return mcp.Tool{
		Name: t.name, Title: t.title, Description: t.description,
		RawInputSchema: mustMarshal(input), RawOutputSchema: mustMarshal(outputSchema(output)),
		Annotations: mcp.ToolAnnotation{
			ReadOnlyHint: mcp.ToBoolPtr(!t.writes), DestructiveHint: mcp.ToBoolPtr(t.destructive),
			IdempotentHint: mcp.ToBoolPtr(t.idempotent), OpenWorldHint: mcp.ToBoolPtr(true),
		},
	}
}

// outputSchema describes a tool's results, failures included, so it requires
// only what every result has.
func outputSchema(output []property) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}, Required: []string{"outcome", "message"}}
	common := []property{{"outcome", "string"}, {"message", "string"}}
	for _, p := range append(common, output...) {
		ps := &jsonschema.Schema{Type: p.kind}
		if p.kind == "array" {
			ps.Items = &jsonschema.Schema{Type: "object"}
		}
		s.Properties[p.name] = ps
		s.PropertyOrder = append(s.PropertyOrder, p.name)
	}
	return s
}

func mustMarshal(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // schemas are made of constants
	}
	return b
}
