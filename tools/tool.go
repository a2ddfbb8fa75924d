package tools

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// spec is how a tool is described.
type spec struct {
	name, title, description        string
	family                          string // policy.FamilyDefault where empty
	destructive, idempotent, writes bool
	makesSecret                     bool // that has to be handed over
	output                          []property
}

// property is one field of a tool's result, with its JSON type.
type property struct{ name, kind string }

// tool is one tool: how it is described, and how a call of it runs.
type tool struct {
	spec
	input func() *jsonschema.Schema
	run   func(c *call.Call, arguments json.RawMessage) (result.Reply, error)
}

// targeted is implemented by the arguments of tools that take an apiUserId.
type targeted interface{ target() uuid.UUID }

// reading makes a tool that only reads.
func reading[In any](
	s spec,
	fields func(*In) []args.Field,
	do func(context.Context, *call.Call, In) (result.Reply, error),
) *tool {
	return &tool{spec: s,
		input: func() *jsonschema.Schema { return args.Schema(fields(new(In))) },
		run: func(c *call.Call, arguments json.RawMessage) (result.Reply, error) {
			in := new(In)
			if err := decode(c, arguments, fields(in), in); err != nil {
				return nil, err
			}
			return c.Run(func(ctx context.Context) (result.Reply, error) { return do(ctx, c, *in) })
		}}
}

// writing makes a tool that changes something. Its calls may bring a code that
// confirms them.
func writing[In any](
	s spec,
	fields func(*In) []args.Field,
	do func(context.Context, *call.Call, In) (result.Reply, error),
) *tool {
	s.writes = true
	return &tool{spec: s,
		input: func() *jsonschema.Schema { return args.Schema(append(fields(new(In)), previewField(new(bool)))) },
		run: func(c *call.Call, arguments json.RawMessage) (result.Reply, error) {
			in, code, preview := new(In), "", false
			all := append(fields(in), previewField(&preview))
			if c.TakesCode() {
				all = append(all, codeField(&code))
			}
			if err := decode(c, arguments, all, in); err != nil {
				return nil, err
			}
			c.BringCode(code)
			if preview {
				c.PreviewOnly()
			}
			return c.Run(func(ctx context.Context) (result.Reply, error) { return do(ctx, c, *in) })
		}}
}

// decode decodes the arguments of a call into in, which fields point to. It refuses
// arguments that hold the token.
func decode(c *call.Call, arguments json.RawMessage, fields []args.Field, in any) error {
	err := args.Decode(arguments, fields)
	if t, ok := in.(targeted); ok {
		c.About(t.target())
	}
	if c.Directory == nil {
		return result.Refuse(result.Unauthenticated, "This call brings no awork token: this server wants one with "+
			"every request, in X-Awork-Token.")
	}
	if c.HoldsToken(arguments) {
		return result.Refuse(result.InvalidInput, "An argument holds this server's awork token. Tokens have no "+
			"place in arguments: leave it out, and have it replaced in awork if a model has seen it.")
	}
	return err
}

// codeField takes the code of an earlier answer.
func codeField(into *string) args.Field {
	return args.String(confirm.CodeArgument, "from an earlier confirmation_required answer, once the user agreed", into)
}

// previewField asks for what a write would do, without doing it.
func previewField(into *bool) args.Field {
	return args.Bool("preview", "true: only say what would happen", into)
}

func (t *tool) inFamily() string { return cmp.Or(t.family, policy.FamilyDefault) }

// describe returns the tool as MCP describes it. Every annotation is given: the
// protocol's defaults call a tool destructive that says nothing. withCode is
// whether the argument for a code is listed, withView whether hosts see what
// views have to know.
func (t *tool) describe(withCode, withView bool) mcp.Tool {
	input, output := t.input(), t.output
	if t.writes && withCode {
		code := args.Schema([]args.Field{codeField(new(string))})
		input.Properties[confirm.CodeArgument] = code.Properties[confirm.CodeArgument]
		input.PropertyOrder = append(input.PropertyOrder, confirm.CodeArgument)
		output = append(output[:len(output):len(output)], property{confirm.CodeArgument, "string"})
	}
	return mcp.Tool{
		Meta: t.uiMeta(withView),
		Name: t.name, Title: t.title, Description: t.description,
		RawInputSchema: result.JSON(input), RawOutputSchema: result.JSON(outputSchema(output)),
		Annotations: mcp.ToolAnnotation{
			ReadOnlyHint: mcp.ToBoolPtr(!t.writes), DestructiveHint: mcp.ToBoolPtr(t.destructive),
			IdempotentHint: mcp.ToBoolPtr(t.idempotent), OpenWorldHint: mcp.ToBoolPtr(true),
		},
	}
}

// outputSchema describes a tool's results, failures included, so it requires
// only what every result has.
func outputSchema(output []property) *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type:       "object",
		Properties: map[string]*jsonschema.Schema{},
		Required:   []string{"outcome", "message"},
	}
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
