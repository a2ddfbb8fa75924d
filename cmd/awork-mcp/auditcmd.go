package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/auditreport"
	"github.com/awork-mcp/awork-mcp/tools"
)

// auditTimeout bounds an audit.
const auditTimeout = 2 * time.Minute

type auditCommand struct {
	Format   string `enum:"table,json,csv" default:"table" placeholder:"FORMAT" help:"${audit_format}"`
	FailOn   string `enum:",high,medium,low" default:"" placeholder:"SEVERITY" help:"${audit_fail_on}"`
	Baseline string `placeholder:"PATH" help:"${audit_baseline}"`
	Rule     list   `placeholder:"NAME" help:"Only the findings of these rules."`
}

// Run audits the API users of the workspace.
func (a *auditCommand) Run(c *console, s *settings) error {
	for _, rule := range a.Rule {
		if known := tools.AuditRules(); !slices.Contains(known, rule) {
			return usage("--rule %q: there is no such rule; there are %s", rule, strings.Join(known, ", "))
		}
	}
	baseline, err := a.readBaseline()
	if err != nil {
		return err
	}
	report, err := s.audit(c)
	if err != nil {
		return err
	}
	if len(a.Rule) > 0 {
		report = report.Only(a.Rule)
		baseline = baseline.Only(a.Rule)
	}
	report.Compare(baseline)
	if err := a.print(c, report); err != nil {
		return err
	}
	if a.FailOn != "" && report.Fails(auditreport.Severity(a.FailOn)) {
		return errSilent
	}
	return nil
}

func (a *auditCommand) readBaseline() (*auditreport.Report, error) {
	if a.Baseline == "" {
		return nil, nil
	}
	text, err := os.ReadFile(a.Baseline)
	if err != nil {
		return nil, usage("--baseline: %v", err)
	}
	r, err := auditreport.Parse(text)
	if err != nil {
		return nil, usage("--baseline %s: %v; make one with awork-mcp audit --format json", a.Baseline, err)
	}
	return r, nil
}

// audit calls the tool, whatever --tools and --read-only offer to agents, and
// names the API users.
func (s *settings) audit(c *console) (*auditreport.Report, error) {
	s.Tools, s.ReadOnly, s.Journal = list{"audit_api_users"}, true, ""
	s.Deliver, s.DeliverDir, s.DeliverCommand = "", "", nil // nothing is made
	s.LogLevel = cmp.Or(s.LogLevel, "warn")
	p, err := s.build(c, buildOptions{})
	if err != nil {
		return nil, err
	}
	ctx, cancel := signalContext()
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, auditTimeout)
	defer stop()
	result, err := p.call(ctx, "audit_api_users", nil, nil)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Message  string
		Warnings []string
		Findings []auditreport.Finding
	}
	if err := json.Unmarshal(result.RawStructuredContent, &answer); err != nil {
		return nil, fmt.Errorf("the audit's result: %w", err)
	}
	if result.IsError {
		return nil, errors.New(answer.Message)
	}
	for _, warning := range answer.Warnings {
		c.warnf("warning: %s", warning)
	}
	r := &auditreport.Report{
		Time: time.Now().UTC().Truncate(time.Second), Warnings: answer.Warnings, Findings: answer.Findings,
	}
	if me, err := p.client.Me(ctx); err == nil {
		r.Workspace = me.Workspace.Name
	}
	if err := p.nameAPIUsers(ctx, r); err != nil {
		c.warnf("warning: the names of the API users can't be read: %v", err)
	}
	return r, nil
}

func (p *program) nameAPIUsers(ctx context.Context, r *auditreport.Report) error {
	users, _, err := p.client.ListAPIUsers(ctx)
	if err != nil {
		return err
	}
	names := map[uuid.UUID]string{}
	for _, u := range users {
		names[u.ID] = u.Name
	}
	r.SetNames(names)
	return nil
}

func (a *auditCommand) print(c *console, r *auditreport.Report) error {
	switch a.Format {
	case "json":
		return printJSON(c.stdout, r)
	case "csv":
		return r.WriteCSV(c.stdout)
	}
	return r.WriteTable(c.stdout, isTerminal(c.stdout) && os.Getenv("NO_COLOR") == "")
}
