package httpserver

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
)

// writeEvent writes one event through to the client.
func writeEvent(w http.ResponseWriter, name string, data []byte) error {
	if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

func writeNotification(w http.ResponseWriter, n mcp.JSONRPCNotification) error {
	data, err := json.Marshal(n)
	if err != nil {
		return nil // a notification nobody can read is worth no stream
	}
	return writeEvent(w, "message", data)
}
