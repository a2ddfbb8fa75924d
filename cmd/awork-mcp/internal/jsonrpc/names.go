package jsonrpc

import "strings"

// object is what the protocol knows of an object in a client's message.
type object struct {
	// members are the names that the protocol knows, with the object that belongs
	// there, nil where none does. anyName is for names that others choose.
	members map[string]*object
	// capability is for what a client lists when it can do something: an empty
	// array there counts as left out.
	capability bool
}

const anyName = "*"

// clientMessage is all that a client may send, as it is decoded: encoding/json, and
// mcp-go with it, takes names in any case, and nothing else that may look at a
// message does.
var clientMessage = &object{members: map[string]*object{ //nolint:gochecknoglobals // never written to
	"jsonrpc": nil, "id": nil, "method": nil, "params": params(), "result": result(),
	"error": known("code", "message", "data"),
}}

// known returns an object whose members are no objects.
func known(names ...string) *object {
	o := &object{members: map[string]*object{}}
	for _, name := range names {
		o.members[name] = nil
	}
	return o
}

// with adds a member that is an object.
func (o *object) with(name string, member *object) *object {
	o.members[name] = member
	return o
}

func params() *object {
	return known("name", "cursor", "uri", "requestState", "protocolVersion", "requestId", "reason", "level",
		"progressToken", "progress", "total", "message",
		"taskId", "status", "statusMessage", "createdAt", "lastUpdatedAt", "ttl", "pollInterval").
		with("_meta", meta()).
		with("arguments", known()).
		with("inputResponses", known().with(anyName, result())).
		with("capabilities", capabilities()).
		with("clientInfo", clientInfo()).
		with("task", known("ttl")).
		with("ref", known("type", "name", "uri")).
		with("argument", known("name", "value")).
		with("context", known().with("arguments", known())).
		with("notifications", known("toolsListChanged", "promptsListChanged", "resourcesListChanged",
			"resourceSubscriptions", "taskIds"))
}

// result is the client's answer to a question.
func result() *object {
	return known("resultType", "action", "roots", "role", "model", "stopReason").
		with("_meta", meta()).with("content", known())
}

func meta() *object {
	const prefix = "io.modelcontextprotocol/"
	return known("progressToken", "traceparent", "tracestate", "baggage",
		prefix+"protocolVersion", prefix+"logLevel", prefix+"subscriptionId").
		with(prefix+"clientInfo", clientInfo()).
		with(prefix+"clientCapabilities", capabilities()).
		with(prefix+"related-task", known())
}

func clientInfo() *object {
	return known("name", "version", "title", "description", "websiteUrl", "icons")
}

func capabilities() *object {
	return known().
		with("experimental", capability(anyName)).with("extensions", capability(anyName)).
		with("roots", capability().with("listChanged", nil)).
		with("sampling", capability("tools", "context")).
		with("elicitation", capability("form", "url")).
		with("tasks", capability("list", "cancel").with("requests", taskRequests())).
		with(anyName, capability())
}

func taskRequests() *object {
	return capability().
		with("tools", capability("call")).
		with("sampling", capability("createMessage")).
		with("elicitation", capability("create"))
}

// capability returns one that may have others as members.
func capability(names ...string) *object {
	o := &object{members: map[string]*object{}, capability: true}
	for _, name := range names {
		o.members[name] = capability()
	}
	return o
}

// member returns the object that belongs at this name, nil where none does.
func (o *object) member(name string) *object {
	if o == nil {
		return nil
	}
	if m, ok := o.members[name]; ok {
		return m
	}
	return o.members[anyName]
}

// misspelled returns the known name that differs from name in nothing but case, for
// which encoding/json would take it; "" where there is none.
func (o *object) misspelled(name string) string {
	if o == nil {
		return ""
	}
	if _, ok := o.members[name]; ok {
		return ""
	}
	for known := range o.members {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return ""
}
