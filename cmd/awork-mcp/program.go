package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// program is what the commands work with, made of the settings.
type program struct {
	server *server.MCPServer
	tools  *tools.Tools
	log    *slog.Logger
	// api is where the API is and how it is called; it names no token.
	api awork.Config
	// bind leaves those tokens that are of the workspace of the settings.
	bind func(tokens awork.TokenSource, api awork.Config) awork.TokenSource
	// delivery is where secrets go; nil where nowhere.
	delivery tools.Delivery
	// journal is nil where there is none.
	journal *journal.Journal
	// client is nil where each call brings an awork token of its own.
	client *awork.Client
}

// buildOptions is what a command adds to the settings.
type buildOptions struct {
	// metrics, where not nil, count calls of tools and of awork.
	metrics *metrics.Metrics
	// callersToken: each call brings an awork token of its own.
	callersToken bool
	// answeredBy is how an answered question was confirmed, as the journal names it.
	answeredBy string
	// yes answers every question with yes.
	yes bool
	// listCode lists the argument for a confirmation code where a client may be
	// unable to show a question.
	listCode bool
	// answers, where not nil, makes an answer good for one time at all replicas, and
	// stateless says that there may be such.
	answers   tools.AnswerStore
	stateless bool
}

// defaultConfirmTimeout is the default of --confirm-timeout. It bounds a question
// that keeps its call waiting; one that is answered by a call of its own has more
// time, unless the flag is set.
const defaultConfirmTimeout = 55 * time.Second

// journalInterval is how often a server looks for processes that left writes
// without a result.
const journalInterval = 2 * time.Second

// build makes the program; an error says what to set.
func (s *settings) build(c *console, b buildOptions) (*program, error) {
	p := &program{log: s.logger(c.stderr), bind: s.bind}
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
	o := tools.Options{
		Policy: s.policy(), Log: p.log, StateKey: key, AnsweredBy: b.answeredBy, Yes: b.yes, ListCode: b.listCode,
		Answers: b.answers, Stateless: b.stateless, NoView: s.NoView,
	}
	if s.ConfirmTimeout != defaultConfirmTimeout {
		o.ConfirmTimeout = s.ConfirmTimeout
	}
	if b.metrics != nil {
		p.api.Observe = b.metrics.ObserveUpstream
		o.Observe = func(tool string, outcome tools.Outcome, took time.Duration) {
			b.metrics.ObserveTool(tool, string(outcome), took)
		}
	}
	if !b.callersToken {
		if p.client, err = s.clientOf(p); err != nil {
			return nil, err
		}
		o.Client = p.client
	}
	if p.delivery, err = s.delivery(context.Background()); err != nil {
		return nil, err
	}
	o.Delivery = p.delivery
	if p.journal, err = s.openJournal(p.log); err != nil {
		return nil, err
	}
	o.Journal = p.journal
	if p.tools, err = tools.New(o); err != nil {
		return nil, usage("%v", err)
	}
	s.warnUndelivered(p)
	p.server = p.tools.Server(version())
	return p, nil
}

// openJournal opens the journal of writes and warns of those that an earlier run
// left unfinished. It returns nil if no journal is set.
func (s *settings) openJournal(log *slog.Logger) (*journal.Journal, error) {
	if s.Journal == "" {
		return nil, nil
	}
	j, unfinished, err := journal.Open(s.Journal)
	switch {
	case errors.Is(err, journal.ErrLocked):
		return nil, fmt.Errorf("--journal: %w", err)
	case err != nil:
		return nil, usage("--journal: %v", err)
	}
	warnUnfinished(log, unfinished)
	return j, nil
}

// warnUnfinished reports writes without a result.
func warnUnfinished(log *slog.Logger, unfinished []journal.Entry) {
	for _, e := range unfinished {
		about := []any{"id", e.ID, "time", e.Time, "tool", e.Tool}
		if e.APIUserID != uuid.Nil { // that of a create is not known
			about = append(about, "apiUserId", e.APIUserID)
		}
		log.Warn("the journal has a write of an earlier run without a result: check in awork what became of it",
			append(about, "name", e.Name, "workspace", e.Workspace)...)
	}
}

// watchJournal reports, until ctx ends, the writes that another process leaves
// without a result, as soon as that process is gone.
func (p *program) watchJournal(ctx context.Context) {
	if p.journal == nil {
		return
	}
	tick := time.NewTicker(journalInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		unfinished, err := p.journal.Recover(ctx)
		if err != nil && ctx.Err() == nil {
			p.log.Warn("the journal can't be read", "error", err)
		}
		warnUnfinished(p.log, unfinished)
	}
}

// api returns where the API is: the real one, or a workspace in memory.
func (s *settings) api() (awork.Config, error) {
	config := awork.Config{BaseURL: cmp.Or(s.BaseURL, awork.DefaultBaseURL), Version: version()}
	switch {
	case s.Sandbox && s.BaseURL != "":
		return config, usage("--sandbox and a base URL (--base-url, AWORK_BASE_URL) contradict each other: " +
			"leave one of them out")
	case s.Sandbox:
		config.BaseURL = "http://localhost" + sandbox.BasePath
		config.Transport = sandbox.New(sandbox.Options{}).RoundTripper()
	default:
		config.Transport = awork.NewTransport()
	}
	return config, nil
}

func (s *settings) clientOf(p *program) (*awork.Client, error) {
	ctx := context.Background()
	tokens, err := s.tokens(ctx, p.log)
	if err != nil {
		return nil, err
	}
	config := p.api
	config.Tokens = s.bind(tokens, p.api)
	client, err := awork.New(config)
	if err != nil {
		return nil, usage("%v", err)
	}
	return client, p.verifyWorkspace(ctx, config.Tokens)
}
