//go:build e2e && unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// fixtures are the tools, prompts and resources that the conformance suite knows
// by name, on a server that is made and served as ours is.
type fixtures struct {
	*server.MCPServer
	changes atomic.Int64
}

const (
	pixel   = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
	silence = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
)

// object is a schema.
type object = map[string]any

func newFixtures() *server.MCPServer {
	f := &fixtures{MCPServer: server.NewMCPServer("awork-mcp-fixtures", "0",
		server.WithToolCapabilities(true), server.WithPromptCapabilities(true), server.WithResourceCapabilities(true, true),
		server.WithLogging(), server.WithCompletions(), server.WithElicitation(), server.WithRoots())}
	f.EnableSampling()
	f.addContent()
	f.addQuestions()
	f.addNotifications()
	f.addSchemas()
	f.addRounds()
	f.addPrompts()
	f.addResources()
	return f.MCPServer
}

// tool adds a tool that takes the named texts.
func (f *fixtures) tool(name string, handle server.ToolHandlerFunc, texts ...string) {
	options := []mcp.ToolOption{mcp.WithDescription("A fixture.")}
	for _, text := range texts {
		options = append(options, mcp.WithString(text, mcp.Required()))
	}
	f.AddTool(mcp.NewTool(name, options...), handle)
}

// constant adds a tool that always answers the same.
func (f *fixtures) constant(name string, content ...mcp.Content) {
	f.tool(name, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{Content: content}, nil
	})
}

func embedded(uri, kind, text string) mcp.Content {
	return mcp.NewEmbeddedResource(mcp.TextResourceContents{URI: uri, MIMEType: kind, Text: text})
}

// textf is a result of text.
func textf(format string, args ...any) (*mcp.CallToolResult, error) {
	return mcp.NewToolResultText(fmt.Sprintf(format, args...)), nil
}

func (f *fixtures) addContent() {
	image := mcp.NewImageContent(pixel, "image/png")
	f.constant("test_simple_text", mcp.NewTextContent("This is a simple text response for testing."))
	f.constant("test_image_content", image)
	f.constant("test_audio_content", mcp.NewAudioContent(silence, "audio/wav"))
	f.constant("test_embedded_resource", embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."))
	f.constant("test_multiple_content_types", mcp.NewTextContent("Multiple content types test:"), image,
		embedded("test://mixed-content-resource", "application/json", `{"test":"data","value":123}`))
	f.tool("test_error_handling", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("This tool intentionally returns an error for testing"), nil
	})
}

// addQuestions adds what asks the client while the call waits, before 2026-07-28.
func (f *fixtures) addQuestions() {
	f.tool("test_sampling", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		answer, err := f.RequestSampling(ctx, mcp.CreateMessageRequest{CreateMessageParams: sampling(r.GetString("prompt", ""))}) //nolint:staticcheck // deprecated since, but not in 2025-11-25
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		text, _ := answer.Content.(mcp.TextContent)
		return textf("LLM response: %s", text.Text)
	}, "prompt")
	ask := func(ctx context.Context, message string, properties object, required ...string) (*mcp.CallToolResult, error) {
		answer, err := f.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{Message: message, RequestedSchema: schema(properties, required...)}})
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return textf("User response: action=%s, content=%v", answer.Action, answer.Content)
	}
	f.tool("test_elicitation", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return ask(ctx, r.GetString("message", ""), object{"username": typed("string"), "email": typed("string")}, "username", "email")
	}, "message")
	f.tool("test_elicitation_sep1034_defaults", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return ask(ctx, "Defaults", object{
			"name":     object{"type": "string", "default": "John Doe"},
			"age":      object{"type": "integer", "default": 30},
			"score":    object{"type": "number", "default": 95.5},
			"status":   object{"type": "string", "enum": []string{"active", "inactive", "pending"}, "default": "active"},
			"verified": object{"type": "boolean", "default": true},
		})
	})
	f.tool("test_elicitation_sep1330_enums", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		plain := []string{"option1", "option2", "option3"}
		titled := []any{object{"const": "value1", "title": "First"}, object{"const": "value2", "title": "Second"}, object{"const": "value3", "title": "Third"}}
		return ask(ctx, "Choices", object{
			"untitledSingle": object{"type": "string", "enum": plain},
			"titledSingle":   object{"type": "string", "oneOf": titled},
			"legacyEnum":     object{"type": "string", "enum": []string{"opt1", "opt2", "opt3"}, "enumNames": []string{"One", "Two", "Three"}},
			"untitledMulti":  object{"type": "array", "items": object{"type": "string", "enum": plain}},
			"titledMulti":    object{"type": "array", "items": object{"anyOf": titled}},
		})
	})
}

// schema is that of a form; a nil slice would become "required": null.
func schema(properties object, required ...string) object {
	s := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func typed(kind string) object { return object{"type": kind} }

func sampling(text string) mcp.CreateMessageParams {
	return mcp.CreateMessageParams{MaxTokens: 100, Messages: []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(text)}}}
}

func (f *fixtures) addNotifications() {
	logs := func(ctx context.Context, messages ...string) error {
		for _, m := range messages {
			if err := f.SendLogMessageToClient(ctx, mcp.NewLoggingMessageNotification(mcp.LoggingLevelInfo, "fixture", m)); err != nil {
				return err
			}
		}
		return nil
	}
	f.tool("test_tool_with_logging", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if err := logs(ctx, "Tool execution started", "Tool processing data", "Tool execution completed"); err != nil {
			return nil, err
		}
		return textf("done")
	})
	f.tool("test_logging_tool", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		_ = logs(ctx, "hello") // nothing is sent to a client that set no level
		return textf("done")
	})
	f.tool("test_tool_with_progress", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if r.Params.Meta == nil || r.Params.Meta.ProgressToken == nil {
			return textf("nobody wants to know")
		}
		for _, progress := range []int{0, 50, 100} {
			if err := f.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{
				"progressToken": r.Params.Meta.ProgressToken, "progress": progress, "total": 100}); err != nil {
				return nil, err
			}
		}
		return textf("done")
	})
	f.tool("test_trigger_tool_change", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		f.constant(fmt.Sprintf("test_dynamic_tool_%d", f.changes.Add(1)), mcp.NewTextContent("new"))
		return textf("changed")
	})
	f.tool("test_trigger_prompt_change", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		f.prompt(fmt.Sprintf("test_dynamic_prompt_%d", f.changes.Add(1)), func(map[string]string) []mcp.Content { return nil })
		return textf("changed")
	})
}

func (f *fixtures) addSchemas() {
	f.AddTool(mcp.NewToolWithRawSchema("json_schema_2020_12_tool", "A fixture.", json.RawMessage(`{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
		"$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
		"properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
			"contactMethod": {"type": "string", "enum": ["phone", "email"]}, "phone": {"type": "string"}, "email": {"type": "string"}},
		"allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
		"if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
		"then": {"required": ["phone"]}, "else": {"required": ["email"]}, "additionalProperties": false}`)),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { return textf("ok") })
	f.AddTool(mcp.NewToolWithRawSchema("test_x_mcp_header", "A fixture.", json.RawMessage(
		`{"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}, "required": ["region"]}`)),
		func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return textf("%s", r.GetString("region", ""))
		})
}

// prompt adds a prompt with one message of the user for each content.
func (f *fixtures) prompt(name string, content func(args map[string]string) []mcp.Content, args ...string) {
	options := []mcp.PromptOption{mcp.WithPromptDescription("A fixture.")}
	for _, arg := range args {
		options = append(options, mcp.WithArgument(arg, mcp.RequiredArgument()))
	}
	f.AddPrompt(mcp.NewPrompt(name, options...), func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return mcp.NewGetPromptResult("", fromUser(content(r.Params.Arguments)...)), nil
	})
}

func fromUser(content ...mcp.Content) []mcp.PromptMessage {
	messages := []mcp.PromptMessage{}
	for _, c := range content {
		messages = append(messages, mcp.NewPromptMessage(mcp.RoleUser, c))
	}
	return messages
}

func (f *fixtures) addPrompts() {
	f.prompt("test_simple_prompt", func(map[string]string) []mcp.Content {
		return []mcp.Content{mcp.NewTextContent("This is a simple prompt for testing.")}
	})
	f.prompt("test_prompt_with_arguments", func(args map[string]string) []mcp.Content {
		return []mcp.Content{mcp.NewTextContent(fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", args["arg1"], args["arg2"]))}
	}, "arg1", "arg2")
	f.prompt("test_prompt_with_embedded_resource", func(args map[string]string) []mcp.Content {
		return []mcp.Content{embedded(args["resourceUri"], "text/plain", "Embedded resource content for testing."),
			mcp.NewTextContent("Please process the embedded resource above.")}
	}, "resourceUri")
	f.prompt("test_prompt_with_image", func(map[string]string) []mcp.Content {
		return []mcp.Content{mcp.NewImageContent(pixel, "image/png"), mcp.NewTextContent("Please analyze the image above.")}
	})
	f.AddPrompt(mcp.NewPrompt("test_input_required_result_prompt", mcp.WithPromptDescription("A fixture.")),
		func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			if a := server.ElicitationResponse(r.Params.InputResponses, "user_context"); a != nil {
				return mcp.NewGetPromptResult("", fromUser(mcp.NewTextContent(answered(a, "context")))), nil
			}
			return server.NewInputRequestBuilder("").Elicit("user_context", question("What context should the prompt use?", "context", "string")).PromptResult(), nil
		})
}

func (f *fixtures) addResources() {
	f.AddResource(mcp.NewResource("test://static-text", "static-text", mcp.WithMIMEType("text/plain")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: "text/plain", Text: "This is the content of the static text resource."}}, nil
		})
	f.AddResource(mcp.NewResource("test://static-binary", "static-binary", mcp.WithMIMEType("image/png")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.BlobResourceContents{URI: r.Params.URI, MIMEType: "image/png", Blob: pixel}}, nil
		})
	f.AddResource(mcp.NewResource("test://watched-resource", "watched-resource", mcp.WithMIMEType("text/plain")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: "text/plain", Text: "Watched."}}, nil
		})
	f.AddResourceTemplate(mcp.NewResourceTemplate("test://template/{id}/data", "template", mcp.WithTemplateMIMEType("application/json")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			id := path.Base(path.Dir(r.Params.URI))
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: "application/json",
				Text: fmt.Sprintf(`{"id":%q,"templateTest":true,"data":%q}`, id, "Data for ID: "+id)}}, nil
		})
}
