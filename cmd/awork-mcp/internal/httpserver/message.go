package httpserver

import (
	"encoding/json"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// isModern tells whether a POST is of the era without sessions, as mcp-go does:
// by either of the two places that name the revision.
func isModern(r *http.Request, m jsonrpc.Message) bool {
	return mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)) || m.IsModern()
}

// parseMessage reads a body, or answers for one that is no message.
func parseMessage(w http.ResponseWriter, body []byte) (jsonrpc.Message, bool) {
	m, invalid := jsonrpc.Parse(body)
	if invalid == nil {
		return m, true
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(invalid)
	return m, false
}

// codeSessionNotFound is what clients look for in a 404, to initialize anew.
const codeSessionNotFound = -32001

const sessionEnded = "the session is unknown or has ended: send initialize, without Mcp-Session-Id, to begin a new one"

// refuseSession answers the message of an id, or nil, whose session is not there.
func refuseSession(w http.ResponseWriter, id json.RawMessage, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(jsonrpc.Failure(id, codeSessionNotFound, text))
}

// internalError is the answer to m where there is no other.
func internalError(m jsonrpc.Message) []byte {
	answer, err := json.Marshal(jsonrpc.Failure(m.ID, mcp.INTERNAL_ERROR, "internal error"))
	if err != nil {
		panic(err) // the id has been read as JSON
	}
	return answer
}
