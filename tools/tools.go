package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/awork"
)

// familyDefault names the tools that exist unless the policy says otherwise.
const familyDefault = "default"

// Options is what tools are made of.
type Options struct {
	Client *awork.Client
	Policy Policy
	// Log gets one line a call; slog.DiscardHandler's where nil.
	Log *slog.Logger
	// Deadline bounds awork's part of a call: once for its plan and once more
	// for its commit. 30 seconds where zero.
	Deadline time.Duration
}

// Tools is the catalogue of tools under one policy.
type Tools struct {
	client    *awork.Client
	protected protection
	confirm   ConfirmMode
	log       *slog.Logger
	deadline  time.Duration
	directory *directory
	chosen    []*tool
}

// New makes the tools that exist under the policy. It refuses a policy that
// contradicts itself or names what there is not, with one line that says what
// to set.
func New(o Options) (*Tools, error) {
	if o.Client == nil {
		return nil, errors.New("tools: a client is required")
	}
	t := &Tools{client: o.Client, confirm: o.Policy.Confirm, log: o.Log, deadline: o.Deadline, directory: newDirectory(o.Client)}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.deadline == 0 {
		t.deadline = 30 * time.Second
	}
	if t.confirm == "" {
		t.confirm = ConfirmAuto
	}
	if !slices.Contains([]ConfirmMode{ConfirmAuto, ConfirmStrict, ConfirmHuman, ConfirmNever}, t.confirm) {
		return nil, fmt.Errorf("--confirm must be auto, strict, human or never, not %s", quoted(string(t.confirm)))
	}
	var err error
	if t.protected, err = parseProtection(o.Policy.Protect); err != nil {
		return nil, err
	}
	if t.chosen, err = o.Policy.chosen(catalogue()); err != nil {
		return nil, err
	}
	return t, nil
}

// List gives the tools as the protocol lists them, in the catalogue's order.
func (t *Tools) List() []mcp.Tool {
	var list []mcp.Tool
	for _, tool := range t.chosen {
		list = append(list, tool.protocol())
	}
	return list
}

// protocol is the tool as MCP describes it. Every annotation is given: the
// protocol's defaults call a tool destructive that says nothing.
func (t *tool) protocol() mcp.Tool {
	return mcp.Tool{
		Name: t.name, Title: t.title, Description: t.description,
		RawInputSchema: mustMarshal(t.input), RawOutputSchema: mustMarshal(outputSchema(t.output)),
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
