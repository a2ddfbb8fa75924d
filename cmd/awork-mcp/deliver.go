package main

import (
	"context"
	"strings"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/delivery"
	"github.com/awork-mcp/awork-mcp/tools"
)

// needDeliver says what to set where secrets have nowhere to go.
const needDeliver = "set --deliver file with --deliver-dir, --deliver keyring, " +
	"or --deliver command with --deliver-command"

// delivery returns where secrets go, which works now, or nil if nowhere.
func (s *settings) delivery(ctx context.Context) (tools.Delivery, error) {
	switch {
	case s.Deliver != "file" && s.DeliverDir != "":
		return nil, usage("--deliver-dir goes with --deliver file")
	case s.Deliver != "command" && len(s.DeliverCommand) > 0:
		return nil, usage("--deliver-command goes with --deliver command")
	case s.Deliver == "file" && s.DeliverDir == "":
		return nil, usage("--deliver file needs a folder: set --deliver-dir")
	case s.Deliver == "":
		return nil, nil
	}
	d, setting, err := s.openDelivery()
	if err == nil {
		err = d.Check(ctx)
	}
	if err != nil {
		return nil, usage("%s: %v", setting, err)
	}
	return d, nil
}

// openDelivery also returns the setting that an error is about.
func (s *settings) openDelivery() (d tools.Delivery, setting string, err error) {
	switch s.Deliver {
	case "file":
		d, err = delivery.NewFile(s.DeliverDir)
		return d, "--deliver-dir", err
	case "command":
		d, err = delivery.NewCommand(s.DeliverCommand)
		return d, "--deliver-command", err
	default:
		return delivery.Keyring{}, "--deliver keyring", nil
	}
}

// undelivered returns the tools of p that make secrets and have nowhere to put
// them.
func (s *settings) undelivered(p *program) []string {
	if s.Deliver != "" {
		return nil
	}
	return p.tools.MakingSecrets()
}

// warnUndelivered warns of tools that can't work.
func (s *settings) warnUndelivered(p *program) {
	if names := s.undelivered(p); len(names) > 0 {
		p.log.Warn("secrets have nowhere to go, so the tools that make them refuse: "+needDeliver, "tools", names)
	}
}

// checkDelivery describes, for doctor, where secrets go. That it works was found
// out when p was made.
func (s *settings) checkDelivery(p *program) []check {
	names := s.undelivered(p)
	switch {
	case len(names) > 0:
		return []check{{Name: "delivery", Do: needDeliver,
			Found: "secrets have nowhere to go, so these tools refuse: " + strings.Join(names, ", ")}}
	case p.delivery == nil:
		return nil
	}
	return []check{{Name: "delivery", OK: true, Found: "works; a secret goes to " + p.delivery.Describe()}}
}
