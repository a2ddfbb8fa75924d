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

	"github.com/alecthomas/kong"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/auditreport"
	"github.com/awork-mcp/awork-mcp/tools"
)

// auditTimeout bounds an audit.
const auditTimeout = 2 * time.Minute

type auditCommand struct {
	Format   string `enum:"table,json,csv" default:"table" placeholder:"FORMAT" help:"${audit_format}"`
	FailOn   string `enum:",high,medium,low" default:"" placeholder:"SEVERITY" help:"${audit_fail_on}"`
	Baseline string `placeholder:"PATH" help:"${audit_baseline}"`
	Traces   bool   `help:"Show also what each API user last made or changed: many requests, up to 30 s."`
	Rule     list   `placeholder:"NAME" help:"Only the findings of these rules."`
}

// Run audits the API users of the workspace.
func (a *auditCommand) Run(k *kong.Context, c *console, s *settings) error {
	for _, rule := range a.Rule {
		if known := tools.AuditRules(); !slices.Contains(known, rule) {
			return usage("--rule %q: there is no such rule; there are %s", rule, strings.Join(known, ", "))
		}
	}
	if i := slices.IndexFunc(a.Rule, needsTraces); i >= 0 && !a.Traces {
		return usage("--rule %s looks at traces: add --traces", a.Rule[i])
	}
	baseline, err := a.readBaseline()
	if err != nil {
		return err
	}
	switch { // the rules that look at traces could not be compared
	case baseline == nil:
	case baseline.Traces != nil && !a.Traces:
		return usage("--baseline %s was made with --traces: add --traces, or give one that was made without it", a.Baseline)
	case baseline.Traces == nil && a.Traces:
		return usage("--baseline %s was made without --traces: leave --traces out, or give one that was made with it",
			a.Baseline)
	}
	report, err := s.audit(c, a.Traces)
	if err != nil {
		return err
	}
	report.Flags = launchArgs(slices.DeleteFunc(commandLineFlags(k), func(f *kong.Flag) bool {
		return !slices.Contains(sourceFlags(), f.Name)
	}))
	if baseline.IsOfAnother(report.Workspace) {
		c.warnf("warning: --baseline %s is of the workspace %q, and this one is %q",
			a.Baseline, baseline.Workspace, report.Workspace)
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

// sourceFlags are the flags that say which workspace is meant.
func sourceFlags() []string { return []string{"sandbox", "base-url", "token-file", "workspace"} }

func needsTraces(rule string) bool { return slices.Contains(tools.AuditRulesOfTraces(), rule) }

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

// audit calls the tool, whatever --tools and --read-only offer to agents.
func (s *settings) audit(c *console, traces bool) (*auditreport.Report, error) {
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
	result, err := p.call(ctx, "audit_api_users", map[string]any{"includeTraces": traces}, nil)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Message    string
		Warnings   []string
		Findings   []auditreport.Finding
		NotChecked []auditreport.UncheckedRule
		APIUsers   []auditreport.APIUser
		Traces     *auditreport.Traces
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
		Time: time.Now().UTC().Truncate(time.Second), Warnings: answer.Warnings,
		Findings: answer.Findings, NotChecked: answer.NotChecked, APIUsers: answer.APIUsers, Traces: answer.Traces,
	}
	if me, err := p.client.Me(ctx); err == nil {
		r.Workspace = me.Workspace.Name
	}
	return r, nil
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
