package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&cli{}, kong.PostBuild(expandHelp), kong.ExplicitGroups([]kong.Group{settingsGroup()}))
	if err != nil {
		t.Fatal(err)
	}
	for entry, nearest := range map[string]string{
		"AWORK_MCP_READONLY=1":                     "AWORK_MCP_READ_ONLY",
		"AWORK_MCP_READ-ONLY=1":                    "AWORK_MCP_READ_ONLY",
		"AWORK_MCP_read_only=1":                    "AWORK_MCP_READ_ONLY",
		"awork_mcp_read_only=1":                    "AWORK_MCP_READ_ONLY",
		"AWORK_MCP_PROTECTED=prod":                 "AWORK_MCP_PROTECT",
		"AWORK_MCP_TOKEN=x":                        "AWORK_TOKEN",
		"AWORK_MCP_TOKEN_FILE=x":                   "AWORK_TOKEN_FILE",
		"AWORK_MCP_BASE_URL=x":                     "AWORK_BASE_URL",
		"AWORK_MCP_OIDC_ISSUERS=x":                 "AWORK_MCP_OIDC_ISSUER",
		"AWORK_MCP_STATEKEY=x":                     "AWORK_MCP_STATE_KEY",
		"AWORK_MCP_SERVICE_HOSTS=x":                "AWORK_MCP_ALLOWED_HOSTS",
		"AWORK_MCP_LISTEN_PORTS=8080":              "AWORK_MCP_LISTEN",
		"AWORK_MCP_READ_ONLY=1":                    "",
		"AWORK_MCP_STATE_KEY=x":                    "",
		"AWORK_MCP_LATENCY=1s":                     "", // a flag of another command
		"AWORK_MCP_READONLY=":                      "",
		"AWORK_TOKEN=x":                            "",
		"AWORK_MCPX=x":                             "",
		"PATH=/bin":                                "",
		"":                                         "",
		"AWORK_MCP":                                "",
		"AWORK_MCP_SERVICE_HOST=1":                 "",
		"AWORK_MCP_SERVICE_PORT=1":                 "",
		"AWORK_MCP_SERVICE_PORT_HTTP=1":            "",
		"AWORK_MCP_PORT=tcp://1":                   "",
		"AWORK_MCP_PORT_8080_TCP=x":                "",
		"AWORK_MCP_PORT_8080_TCP_ADDR=":            "",
		"AWORK_MCP_WEB_PORT_80_TCP_PROTO=tcp":      "",
		"AWORK_MCP_TEAM_SERVICE_HOST=10.0.0.1":     "",
		"AWORK_MCP_TEAM_SERVICE_PORT_METRICS=9090": "",
	} {
		err := checkVariables([]string{"HOME=/", entry}, parser.Model.Node)
		var refused *usageError
		switch name, _, _ := strings.Cut(entry, "="); {
		case nearest == "" && err != nil:
			t.Errorf("%s: %v", entry, err)
		case nearest != "" && (!errors.As(err, &refused) || !strings.Contains(err.Error(), name+":") ||
			!strings.Contains(err.Error(), "did you mean "+nearest+"?")):
			t.Errorf("%s: %v, want %s", entry, err, nearest)
		}
	}
}

// Every flag of every command has a variable of its own name.
func TestEveryFlagHasItsVariable(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&cli{}, kong.PostBuild(expandHelp), kong.ExplicitGroups([]kong.Group{settingsGroup()}))
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Join(variablesOf(parser.Model.Node), " ")
	for _, want := range []string{
		"AWORK_TOKEN ", "AWORK_TOKEN_FILE ", "AWORK_BASE_URL ", "AWORK_MCP_CONFIRM_TIMEOUT ", "AWORK_MCP_OIDC_AUDIENCE ",
		"AWORK_MCP_STATELESS", "AWORK_MCP_DELIVER_COMMAND ",
	} {
		if !strings.Contains(names+" ", want) {
			t.Errorf("no %s among %s", want, names)
		}
	}
}
