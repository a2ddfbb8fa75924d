package main

import (
	"encoding/base64"
	"os"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/tools"
)

// settings say what may happen, whatever the command.
type settings struct {
	TokenFile      string        `placeholder:"PATH" help:"File that holds the awork token; AWORK_TOKEN goes before it."`
	BaseURL        string        `placeholder:"URL" help:"${base_url}"`
	Workspace      string        `placeholder:"NAME|ID" help:"${workspace}"`
	Sandbox        bool          `help:"Work on an awork workspace in memory instead of awork; needs no token."`
	ReadOnly       bool          `help:"Offer only the tools that read."`
	Tools          list          `placeholder:"NAME" help:"${tools}"`
	Confirm        string        `enum:"auto,strict,human,never" default:"auto" placeholder:"MODE" help:"${confirm}"`
	ConfirmTimeout time.Duration `default:"55s" placeholder:"DURATION" help:"How long a question waits for its answer."`
	Protect        list          `placeholder:"ID|GLOB" help:"${protect}"`
	AllowRoles     list          `placeholder:"ROLE" help:"Give API users only these roles: ids or names."`
	NoAdmin        bool          `help:"Never make an API user an admin, nor give it a role that amounts to one."`
	NoView         bool          `help:"Show no view of the audit, for hosts that show it badly."`
	Deliver        string        `enum:",file,keyring,command" default:"" placeholder:"WHERE" help:"${deliver}"`
	DeliverDir     string        `placeholder:"DIR" help:"Folder for --deliver file."`
	DeliverCommand []string      `sep:"none" placeholder:"WORD" help:"${deliver_command}"`
	Journal        string        `placeholder:"PATH" help:"Keep a journal of writes in this file."`
	LogLevel       string        `enum:",debug,info,warn,error" default:"" placeholder:"LEVEL" help:"${log_level}"`
	LogFormat      string        `enum:"auto,text,json" default:"auto" placeholder:"FORMAT" help:"${log_format}"`
}

// policy returns what the settings allow.
func (s *settings) policy() tools.Policy {
	return tools.Policy{
		ReadOnly: s.ReadOnly, Tools: s.Tools, Protect: s.Protect, AllowRoles: s.AllowRoles, NoAdmin: s.NoAdmin,
		Confirm: tools.ConfirmMode(s.Confirm),
	}
}

// stateKey returns the key with which replicas seal questions for each other, or
// nil if none is set.
func stateKey() ([]byte, error) {
	v := strings.TrimSpace(os.Getenv(stateKeyVariable))
	if v == "" {
		return nil, nil
	}
	key, err := base64.StdEncoding.DecodeString(v)
	if err != nil || len(key) != 32 {
		return nil, usage(stateKeyVariable + " must be 32 bytes in base64: make one with `openssl rand -base64 32`")
	}
	return key, nil
}
