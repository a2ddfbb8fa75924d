package main

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/term"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// settings say what may happen, whatever the command.
type settings struct {
	TokenFile string   `placeholder:"PATH" help:"File that holds the awork token; AWORK_TOKEN goes before it."`
	BaseURL   string   `placeholder:"URL" help:"Address of the awork API; https://api.awork.com/api/v1 if not given."`
	Sandbox   bool     `help:"Work on an awork workspace in memory instead of awork; needs no token."`
	ReadOnly  bool     `help:"Offer only the tools that read."`
	Tools     []string `placeholder:"NAME" help:"Offer only these tools: names, globs, or 'default' for all."`
	Confirm   string   `enum:"auto,strict,human,never" default:"auto" help:"When a human is asked before a write: auto, strict, human or never."`
	Protect   []string `placeholder:"ID|GLOB" help:"Never write to these API users: UUIDs, or globs over their names."`
	LogLevel  string   `enum:"debug,info,warn,error" default:"info" help:"What is logged, to stderr: debug, info, warn or error."`
	LogFormat string   `enum:"auto,text,json" default:"auto" help:"How logs are written: text or json; text on a terminal and JSON elsewhere if not given."`
}

// program is what the commands work with, made of the settings.
type program struct {
	server *server.MCPServer
	tools  *tools.Tools
	log    *slog.Logger
}

// build makes the program; an error says what to set.
func (s *settings) build(c *console) (*program, error) {
	log := s.logger(c.stderr)
	client, err := s.client(log)
	if err != nil {
		return nil, err
	}
	t, err := s.catalogue(client, log)
	if err != nil {
		return nil, err
	}
	return &program{server: t.Server(version()), tools: t, log: log}, nil
}

func (s *settings) catalogue(client *awork.Client, log *slog.Logger) (*tools.Tools, error) {
	t, err := tools.New(tools.Options{Client: client, Log: log, Policy: tools.Policy{
		ReadOnly: s.ReadOnly, Tools: s.Tools, Protect: s.Protect, Confirm: tools.ConfirmMode(s.Confirm)}})
	if err != nil {
		return nil, usage("%v", err)
	}
	return t, nil
}

// client makes the awork client: of the real API, or of a workspace in memory.
func (s *settings) client(log *slog.Logger) (*awork.Client, error) {
	config := awork.Config{BaseURL: s.BaseURL, Version: version()}
	var err error
	switch {
	case s.Sandbox && s.BaseURL != "":
		return nil, usage("--sandbox and a base URL contradict each other: leave one of them out")
	case s.Sandbox:
		config.BaseURL = "http://localhost" + sandbox.BasePath
		config.Transport = sandbox.New(sandbox.Options{}).RoundTripper()
		config.Tokens, err = literalToken(sandbox.AdminToken)
	default:
		config.Tokens, err = s.tokens(log)
	}
	if err != nil {
		return nil, err
	}
	client, err := awork.New(config)
	if err != nil {
		return nil, usage("%v", err)
	}
	return client, nil
}

func (s *settings) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // the command line allows no other
	f, isFile := w.(*os.File)
	terminal := isFile && term.IsTerminal(int(f.Fd()))
	if s.LogFormat == "json" || s.LogFormat == "auto" && !terminal {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !terminal || os.Getenv("NO_COLOR") != ""}))
}

func literalToken(s string) (awork.TokenSource, error) {
	t, err := awork.ParseToken(s)
	if err != nil {
		return nil, usage("AWORK_TOKEN: %v", err)
	}
	return awork.StaticToken(t), nil
}

// tokens finds the awork token: AWORK_TOKEN, the token file, the default file.
func (s *settings) tokens(log *slog.Logger) (awork.TokenSource, error) {
	if v := os.Getenv("AWORK_TOKEN"); strings.TrimSpace(v) != "" {
		return literalToken(v)
	}
	if s.TokenFile != "" {
		return newTokenFile(s.TokenFile, log)
	}
	path := defaultTokenFile()
	if _, err := os.Stat(path); path != "" && err == nil {
		return newTokenFile(path, log)
	}
	return nil, usage("there is no awork token: set AWORK_TOKEN, or put the token into the file %s, or try things out with --sandbox", path)
}
