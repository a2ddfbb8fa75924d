package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
	"github.com/awork-mcp/awork-mcp/tools"
)

// doctorWithin bounds the whole examination.
const doctorWithin = 30 * time.Second

type doctorCommand struct {
	JSON bool `help:"As JSON."`
}

// check is one thing that was looked at.
type check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Found says what was found.
	Found string `json:"found"`
	// Do says what to do about it; empty where nothing is to be done.
	Do string `json:"do,omitempty"`
}

// Run implements the command: it fails when a check does.
func (d *doctorCommand) Run(c *console, s *settings) error {
	ctx, stop := signalContext()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	checks := s.examine(ctx, c)
	for i := range checks {
		checks[i].Found, checks[i].Do = terminal.PlainLine(checks[i].Found), terminal.PlainLine(checks[i].Do)
	}
	if d.JSON {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		if err := e.Encode(map[string]any{"checks": checks}); err != nil {
			return err
		}
	} else {
		for _, k := range checks {
			mark := "ok  "
			if !k.OK {
				mark = "FAIL"
			}
			if _, err := fmt.Fprintf(c.stdout, "%s  %-12s %s\n", mark, k.Name, k.Found); err != nil {
				return err
			}
			if k.Do != "" {
				_, _ = fmt.Fprintf(c.stdout, "      %-12s → %s\n", "", k.Do)
			}
		}
	}
	if slices.ContainsFunc(checks, func(k check) bool { return !k.OK }) {
		return errSilent
	}
	return nil
}

// examine looks at what the program needs, in the order in which one thing needs
// the other, and stops where nothing more can be seen. It makes what the server
// would, but for the journal: opening that closes writes of which nobody has been
// told.
func (s *settings) examine(ctx context.Context, c *console) []check {
	server := *s
	server.Journal = ""
	p, err := server.build(c, buildOptions{})
	if err == nil && s.Journal != "" {
		if err = tools.CheckJournal(s.Journal); err != nil {
			err = usage("--journal: %v", err)
		}
	}
	if err != nil {
		return []check{{Name: "settings", Found: err.Error(), Do: "set what it names and try again"}}
	}
	client := p.client
	where := "awork's API at " + client.BaseURL()
	if s.Sandbox {
		where = "the workspace in memory (--sandbox), not awork"
	}
	checks := []check{{Name: "settings", OK: true, Found: where}, s.checkToken()}
	me, err := client.Me(ctx)
	if err != nil {
		return append(checks, meFailed(err)...)
	}
	checks = append(checks,
		check{Name: "connection", OK: true, Found: "awork answers"},
		check{Name: "token", OK: true, Found: "awork accepts it"},
		check{Name: "workspace", OK: true, Found: fmt.Sprintf("%q", me.Workspace.Name)},
		check{Name: "identity", OK: true, Found: fmt.Sprintf("%q (%s)", me.Name(), me.ID)})
	permissions, err := client.MyPermissions(ctx)
	if err != nil {
		return append(checks, check{Name: "permissions", Found: "they can't be read: " + err.Error(), Do: "try again later"})
	}
	checks = append(checks, s.mayDo(permissions))
	return append(checks, headroom(client))
}

// meFailed says what a failed GET /me tells of the connection and the token.
func meFailed(err error) []check {
	var e *awork.Error
	if !errors.As(err, &e) {
		return []check{{Name: "connection", Found: err.Error(), Do: "try again later"}}
	}
	if errors.Is(err, signin.ErrNotSignedIn) {
		return []check{{Name: "token", Found: err.Error(), Do: "run awork-mcp login"}}
	}
	if e.Kind == awork.KindUnauthenticated && e.Status == 0 {
		return []check{{Name: "token", Found: err.Error(), Do: "set AWORK_TOKEN or the token file, or run awork-mcp login"}}
	}
	if e.Status == 0 {
		return []check{{Name: "connection", Found: err.Error(), Do: "look at the network, HTTPS_PROXY and SSL_CERT_FILE, and at AWORK_BASE_URL if it is set"}}
	}
	reached := check{Name: "connection", OK: true, Found: "the address answers"}
	switch e.Kind {
	case awork.KindUnauthenticated:
		return []check{reached, {Name: "token", Found: "awork does not accept it", Do: "make a new key in awork (Settings → Integrations → API clients) and set AWORK_TOKEN or the token file"}}
	case awork.KindRateLimited:
		return []check{reached, {Name: "rate limit", Found: err.Error(), Do: "wait a minute and try again"}}
	}
	reached.OK, reached.Found, reached.Do = false, err.Error(), "look at AWORK_BASE_URL if it is set; else try again later"
	return []check{reached}
}

// mayDo says what the token's owner may do with API users.
func (s *settings) mayDo(p *awork.Permissions) check {
	k := check{Name: "permissions", OK: true}
	switch {
	case p.CanWriteConfig():
		k.Found = "may read and change API users"
		if p.IsAdmin {
			k.Found += ", as an admin"
		}
	case p.CanReadConfig():
		k.Found, k.OK = "may read API users, and not change them", s.ReadOnly
		if !s.ReadOnly {
			k.Do = "give its role " + awork.WriteManageConfig + ", or set --read-only"
		}
	default:
		k.Found, k.OK, k.Do = "may not read API users", false, "give its role "+awork.WriteManageConfig+" ("+awork.ReadManageConfig+" to look only)"
	}
	return k
}

func headroom(client *awork.Client) check {
	limit, left, known := client.RateLimit()
	if !known {
		return check{Name: "rate limit", OK: true, Found: "awork said nothing of it"}
	}
	k := check{Name: "rate limit", OK: true, Found: fmt.Sprintf("%d of %d requests left this minute, shared by all clients of the workspace", left, limit)}
	if left*10 < limit {
		k.Do = "other clients of the workspace use most of it: expect to wait"
	}
	return k
}
