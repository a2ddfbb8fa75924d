package main

import (
	"cmp"
	"encoding/base64"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/term"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/delivery"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
	"github.com/awork-mcp/awork-mcp/tools"
)

// settings say what may happen, whatever the command.
type settings struct {
	TokenFile      string        `placeholder:"PATH" help:"File that holds the awork token; AWORK_TOKEN goes before it."`
	BaseURL        string        `placeholder:"URL" help:"Address of the awork API; https://api.awork.com/api/v1 if not given."`
	Sandbox        bool          `help:"Work on an awork workspace in memory instead of awork; needs no token."`
	ReadOnly       bool          `help:"Offer only the tools that read."`
	Tools          list          `placeholder:"NAME" help:"Offer only these tools: names, globs, or the families 'default' and 'credentials'."`
	Confirm        string        `enum:"auto,strict,human,never" default:"auto" help:"When a human is asked before a write: auto, strict, human or never."`
	ConfirmTimeout time.Duration `default:"55s" placeholder:"DURATION" help:"How long a question waits for its answer."`
	Protect        list          `placeholder:"ID|GLOB" help:"Never write to these API users: UUIDs, or globs over their names."`
	AllowRoles     list          `placeholder:"ROLE" help:"Give API users only these roles: ids or names."`
	NoAdmin        bool          `help:"Never make an API user an admin, nor give it a role that amounts to one."`
	Deliver        string        `enum:",file,keyring,command" default:"" help:"Where keys and secrets go that are made: file, keyring or command."`
	DeliverDir     string        `placeholder:"DIR" help:"Folder for --deliver file."`
	DeliverCommand []string      `sep:"none" placeholder:"WORD" help:"Program for --deliver command, which gets the secret on its standard input; once for each word. The variable holds one word, a program without arguments."`
	Journal        string        `placeholder:"PATH" help:"Keep a journal of writes in this file."`
	LogLevel       string        `enum:"debug,info,warn,error" default:"info" help:"What is logged, to stderr: debug, info, warn or error."`
	LogFormat      string        `enum:"auto,text,json" default:"auto" help:"How logs are written: text or json; text on a terminal and JSON elsewhere if not given."`
}

// program is what the commands work with, made of the settings.
type program struct {
	server *server.MCPServer
	tools  *tools.Tools
	log    *slog.Logger
	// api is where the API is and how it is called; it names no token.
	api awork.Config
	// client is nil where each call brings an awork token of its own.
	client *awork.Client
}

// wiring is what a command adds to the settings.
type wiring struct {
	// metrics, where not nil, are kept of tools and of awork.
	metrics *metrics.Metrics
	// callersToken: each call brings an awork token of its own.
	callersToken bool
}

// build makes the program; an error says what to set.
func (s *settings) build(c *console, w wiring) (*program, error) {
	p := &program{log: s.logger(c.stderr)}
	key, err := stateKey()
	if err != nil {
		return nil, err
	}
	if s.ConfirmTimeout <= 0 {
		return nil, usage("--confirm-timeout must be more than nothing, such as 55s")
	}
	if p.api, err = s.api(); err != nil {
		return nil, err
	}
	o := tools.Options{Policy: s.policy(), Log: p.log, StateKey: key, ConfirmTimeout: s.ConfirmTimeout}
	if u, err := url.Parse(p.api.BaseURL); err == nil {
		o.Host = u.Host
	}
	if w.metrics != nil {
		p.api.Observe = w.metrics.ObserveUpstream
		o.Observe = func(tool string, outcome tools.Outcome, took time.Duration) {
			w.metrics.ObserveTool(tool, string(outcome), took)
		}
	}
	if !w.callersToken {
		if p.client, err = s.clientOf(p.api, p.log); err != nil {
			return nil, err
		}
		o.Client = p.client
	}
	if o.Delivery, err = s.delivery(); err != nil {
		return nil, err
	}
	if o.Journal, err = s.openJournal(p.log); err != nil {
		return nil, err
	}
	if p.tools, err = tools.New(o); err != nil {
		return nil, usage("%v", err)
	}
	p.server = p.tools.Server(version())
	return p, nil
}

// policy is what the settings allow.
func (s *settings) policy() tools.Policy {
	return tools.Policy{ReadOnly: s.ReadOnly, Tools: s.Tools, Protect: s.Protect, AllowRoles: s.AllowRoles, NoAdmin: s.NoAdmin,
		Confirm: tools.ConfirmMode(s.Confirm)}
}

// delivery is where secrets go; nil where nothing is set.
func (s *settings) delivery() (tools.Delivery, error) {
	switch {
	case s.Deliver != "file" && s.DeliverDir != "":
		return nil, usage("--deliver-dir goes with --deliver file")
	case s.Deliver != "command" && len(s.DeliverCommand) > 0:
		return nil, usage("--deliver-command goes with --deliver command")
	}
	switch s.Deliver {
	case "file":
		if s.DeliverDir == "" {
			return nil, usage("--deliver file needs a folder: set --deliver-dir")
		}
		f, err := delivery.NewFile(s.DeliverDir)
		if err != nil {
			return nil, usage("--deliver-dir: %v", err)
		}
		return f, nil
	case "keyring":
		return delivery.Keyring{}, nil
	case "command":
		c, err := delivery.NewCommand(s.DeliverCommand)
		if err != nil {
			return nil, usage("--deliver-command: %v", err)
		}
		return c, nil
	}
	return nil, nil
}

// stateKey reads the key with which replicas seal questions for each other; nil
// where none is set.
func stateKey() ([]byte, error) {
	v := strings.TrimSpace(os.Getenv("AWORK_MCP_STATE_KEY"))
	if v == "" {
		return nil, nil
	}
	key, err := base64.StdEncoding.DecodeString(v)
	if err != nil || len(key) != 32 {
		return nil, usage("AWORK_MCP_STATE_KEY must be 32 bytes in base64: make one with `openssl rand -base64 32`")
	}
	return key, nil
}

// openJournal opens the journal of writes, and tells of those that an earlier run
// left unfinished; nil where none is kept.
func (s *settings) openJournal(log *slog.Logger) (*tools.Journal, error) {
	if s.Journal == "" {
		return nil, nil
	}
	j, unfinished, err := tools.OpenJournal(s.Journal)
	if err != nil {
		return nil, usage("--journal: %v", err)
	}
	for _, e := range unfinished {
		log.Warn("the journal has a write of an earlier run without a result: check in awork what became of it",
			"id", e.ID, "time", e.Time, "tool", e.Tool, "apiUserId", e.APIUserID, "name", e.Name, "workspace", e.Workspace)
	}
	return j, nil
}

// api is where the API is: the real one, or a workspace in memory.
func (s *settings) api() (awork.Config, error) {
	config := awork.Config{BaseURL: cmp.Or(s.BaseURL, awork.DefaultBaseURL), Version: version()}
	switch {
	case s.Sandbox && s.BaseURL != "":
		return config, usage("--sandbox and a base URL (--base-url, AWORK_BASE_URL) contradict each other: leave one of them out")
	case s.Sandbox:
		config.BaseURL = "http://localhost" + sandbox.BasePath
		config.Transport = sandbox.New(sandbox.Options{}).RoundTripper()
	default:
		config.Transport = awork.NewTransport()
	}
	return config, nil
}

func (s *settings) clientOf(config awork.Config, log *slog.Logger) (*awork.Client, error) {
	var err error
	if s.Sandbox {
		config.Tokens, err = literalToken(sandbox.AdminToken)
	} else {
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

// tokens finds the awork token: AWORK_TOKEN, the token file, the default file, the
// sign-in.
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
	return s.signedIn(log, path)
}
