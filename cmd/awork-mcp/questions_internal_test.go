package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

func asking(count string) mcp.ElicitationRequest {
	properties := map[string]any{"confirm": map[string]any{"type": "boolean"}}
	if count != "" {
		properties["count"] = map[string]any{"type": "string", "title": "How many? Type " + count}
	}
	return mcp.ElicitationRequest{Params: mcp.ElicitationParams{Message: "Delete it?", RequestedSchema: map[string]any{"properties": properties}}}
}

// What is typed on a terminal, and what it comes to.
func TestPrompter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, count string
		yes          bool
		n            any
	}{
		{"y\n", "", true, nil}, {"yes\n", "", true, nil}, {" YES \r\n", "", true, nil}, {"y", "", true, nil},
		{"", "", false, nil}, {"\n", "", false, nil}, {"n\n", "", false, nil}, {"yes please\n", "", false, nil}, {"true\n", "", false, nil}, {"\ny\n", "", false, nil},
		{"3\ny\n", "3", true, "3"}, {"2\ny\n", "3", true, "2"}, {"y\n", "3", false, nil}, {"three\ny\n", "3", true, "three"}, {"3\n", "3", false, nil}, {"3\nn\n", "3", false, nil},
	} {
		var shown bytes.Buffer
		p := prompter{&console{stdin: strings.NewReader(c.typed), stderr: &shown}}
		got, err := p.Elicit(t.Context(), asking(c.count))
		if err != nil {
			t.Fatal(err)
		}
		content, _ := got.Content.(map[string]any)
		if (got.Action == mcp.ElicitationResponseActionAccept) != c.yes || c.yes && (content["confirm"] != true || content["count"] != c.n) || !c.yes && content != nil {
			t.Errorf("%q: %+v", c.typed, got)
		}
		if !strings.Contains(shown.String(), "Delete it?") {
			t.Errorf("%q: shown was %q", c.typed, shown.String())
		}
	}
}

// A call that ends takes its question along.
func TestPrompterIsLeft(t *testing.T) {
	t.Parallel()
	for _, count := range []string{"", "3"} {
		in, typing := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		got, err := prompter{&console{stdin: in, stderr: io.Discard}}.Elicit(ctx, asking(count))
		if err == nil {
			t.Errorf("%+v", got)
		}
		_ = typing.Close()
	}
}
