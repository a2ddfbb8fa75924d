package stdio

import (
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

func TestAFloodOfBytesIsRefused(t *testing.T) {
	t.Parallel()
	f := newInFlight()
	first, second := sized(maxBytes), sized(1)
	if err := f.add(first); err != nil {
		t.Fatal(err)
	}
	if err := f.add(second); err == nil {
		t.Error("taken beyond the limit")
	}
	f.remove(first)
	if err := f.add(second); err != nil {
		t.Error(err)
	}
}

func sized(bytes int) *request {
	return &request{message: jsonrpc.Message{Raw: make([]byte, bytes)}}
}
