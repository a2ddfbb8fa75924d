//go:build e2e && unix

package e2e

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// sign and verify guard the state that a client carries between rounds.
func sign(state string) string {
	mac := hmac.New(sha256.New, []byte("the fixtures' key"))
	mac.Write([]byte(state))
	return state + "." + hex.EncodeToString(mac.Sum(nil))
}

func verify(signed string) (state string, ok bool) {
	state, _, _ = strings.Cut(signed, ".")
	return state, hmac.Equal([]byte(sign(state)), []byte(signed))
}

func question(message, property, kind string) mcp.ElicitationParams {
	return mcp.ElicitationParams{Mode: mcp.ElicitationModeForm, Message: message, RequestedSchema: schema(object{property: typed(kind)}, property)}
}

// answered is what the client answered to a question.
func answered(r *mcp.ElicitationResult, property string) string {
	content, _ := r.Content.(map[string]any)
	return fmt.Sprint(content[property])
}

// addRounds adds what wants more from the client, by 2026-07-28.
func (f *fixtures) addRounds() {
	hello := func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if a := server.ElicitationResponse(r.Params.InputResponses, "user_name"); a != nil {
			return textf("Hello, %s!", answered(a, "name"))
		}
		return server.NewInputRequestBuilder("").Elicit("user_name", question("What is your name?", "name", "string")).ToolResult(), nil
	}
	f.tool("test_input_required_result_elicitation", hello)
	f.tool("test_streaming_elicitation", hello)
	f.tool("test_input_required_result_sampling", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if a := server.SamplingResponse(r.Params.InputResponses, "capital_question"); a != nil {
			return textf("%v", a.Content)
		}
		return server.NewInputRequestBuilder("").Sample("capital_question", sampling("What is the capital of France?")).ToolResult(), nil
	})
	f.tool("test_input_required_result_list_roots", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if a := server.RootsResponse(r.Params.InputResponses, "client_roots"); a != nil {
			return textf("%v", a.Roots)
		}
		return server.NewInputRequestBuilder("").Roots("client_roots").ToolResult(), nil
	})
	confirm := func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if r.Params.RequestState == "" {
			return server.NewInputRequestBuilder(sign("asked")).Elicit("confirm", question("Please confirm", "ok", "boolean")).ToolResult(), nil
		}
		if _, ok := verify(r.Params.RequestState); !ok {
			return nil, errors.New("the requestState is not ours")
		}
		return textf("state-ok")
	}
	f.tool("test_input_required_result_request_state", confirm)
	f.tool("test_input_required_result_tampered_state", confirm)
	f.tool("test_input_required_result_multiple_inputs", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if len(r.Params.InputResponses) >= 3 {
			return textf("all answered")
		}
		return server.NewInputRequestBuilder(sign("several")).Elicit("user_name", question("What is your name?", "name", "string")).
			Sample("greeting", sampling("Generate a greeting")).Roots("client_roots").ToolResult(), nil
	})
	f.tool("test_input_required_result_multi_round", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		switch state, _ := verify(r.Params.RequestState); state {
		case "first":
			return server.NewInputRequestBuilder(sign("second")).Elicit("step2", question("Step 2: What is your favorite color?", "color", "string")).ToolResult(), nil
		case "second":
			return textf("done")
		}
		return server.NewInputRequestBuilder(sign("first")).Elicit("step1", question("Step 1: What is your name?", "name", "string")).ToolResult(), nil
	})
	f.tool("test_input_required_result_capabilities", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if len(r.Params.InputResponses) > 0 {
			return textf("answered")
		}
		b := server.NewInputRequestBuilder("")
		if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.ClientCapabilities != nil {
			if info.ClientCapabilities.Sampling != nil {
				b.Sample("sampled", sampling("Hi"))
			}
			if info.ClientCapabilities.Elicitation != nil {
				b.Elicit("asked", question("Hi?", "answer", "string"))
			}
		}
		return b.ToolResult(), nil
	})
	f.tool("test_missing_capability", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		info := server.RequestProtocolInfoFromContext(ctx)
		if info == nil || info.ClientCapabilities == nil || info.ClientCapabilities.Sampling == nil {
			return nil, mcp.MissingRequiredClientCapabilityError{Capability: "sampling"}
		}
		return textf("ok")
	})
}
