package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// check is one thing that doctor looked at.
type check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Found describes what is there.
	Found string `json:"found"`
	// Do is what to do about it; empty where nothing is to be done.
	Do string `json:"do,omitempty"`
}

func (k check) failed() bool { return !k.OK }

const tryLater = "try again later"

// examine checks what the program needs, in the order in which one thing needs
// the other, and stops where nothing more can be seen. It makes what the server
// would, but for the journal: opening that closes unfinished writes, which are
// reported only once.
func (s *settings) examine(ctx context.Context, c *console) []check {
	server := *s
	server.Journal = ""
	p, err := server.build(c, buildOptions{})
	if err == nil && s.Journal != "" {
		if err = journal.Check(s.Journal); err != nil {
			err = usage("--journal: %v", err)
		}
	}
	if err != nil {
		failed := check{Name: "settings", Found: err.Error(), Do: "correct that, then run awork-mcp doctor again"}
		if errors.Is(err, signin.ErrNotSignedIn) {
			failed.Name, failed.Do = "token", "do one of these, then run awork-mcp doctor again"
		}
		return append([]check{failed}, s.checkSignIns(ctx)...)
	}
	where := "awork's API at " + p.client.BaseURL()
	if s.Sandbox {
		where = "the workspace in memory (--sandbox), not awork"
	}
	checks := []check{{Name: "settings", OK: true, Found: where}}
	checks = slices.Concat(checks, s.checkToken(), s.checkSignIns(ctx), s.checkDelivery(p), s.checkJournal())
	me, err := p.client.Me(ctx)
	if err != nil {
		return append(checks, s.checkMe(err)...)
	}
	checks = append(checks,
		check{Name: "connection", OK: true, Found: "awork answers"},
		check{Name: "token", OK: true, Found: "awork accepts it"},
		check{Name: "workspace", OK: true, Found: fmt.Sprintf("%q", me.Workspace.Name)},
		check{Name: "identity", OK: true, Found: fmt.Sprintf("%q (%s)", me.Name(), me.ID)})
	permissions, err := p.client.MyPermissions(ctx)
	if err != nil {
		return append(checks, check{Name: "permissions", Found: "they can't be read: " + err.Error(), Do: tryLater})
	}
	checks = append(checks, s.checkPermissions(permissions))
	checks = append(checks, s.checkPolicy(ctx, p)...)
	return append(checks, checkRateLimit(p.client))
}

// checkMe describes the connection and the token by why GET /me failed.
func (s *settings) checkMe(err error) []check {
	var e *awork.Error
	switch {
	case !errors.As(err, &e):
		return []check{{Name: "connection", Found: err.Error(), Do: tryLater}}
	case errors.Is(err, signin.ErrNotSignedIn):
		return []check{{Name: "token", Found: err.Error(), Do: "run awork-mcp login"}}
	case e.Kind == awork.KindUnauthenticated && e.Status == 0:
		return []check{{Name: "token", Found: err.Error(),
			Do: "set AWORK_TOKEN or the token file, or run awork-mcp login"}}
	case e.Status == 0:
		return []check{{Name: "connection", Found: err.Error(),
			Do: "look at the network, HTTPS_PROXY and SSL_CERT_FILE, and at AWORK_BASE_URL if it is set"}}
	}
	reached := check{Name: "connection", OK: true, Found: "the address answers"}
	switch e.Kind {
	case awork.KindUnauthenticated:
		k := check{Name: "token", Found: "awork does not accept it",
			Do: "make a new key in awork (Settings → Integrations → API clients) and set AWORK_TOKEN or the token file"}
		if !s.Sandbox && s.credentials(nil).Override() == "" {
			k.Do = "run awork-mcp login"
		}
		return []check{reached, k}
	case awork.KindRateLimited:
		return []check{reached, {Name: "rate limit", Found: err.Error(), Do: "wait a minute and try again"}}
	}
	return []check{{Name: "connection", Found: err.Error(),
		Do: "look at AWORK_BASE_URL if it is set; else try again later"}}
}

// checkPermissions describes what the token's owner may do with API users.
func (s *settings) checkPermissions(p *awork.Permissions) check {
	k := check{Name: "permissions", OK: true}
	switch {
	case p.CanWriteConfig():
		k.Found = "may read and change API users"
		if p.IsAdmin {
			k.Found += ", as an admin"
		}
	case p.CanReadConfig():
		k.Found, k.OK = "may read API users, but not change them", s.ReadOnly
		if !s.ReadOnly {
			k.Do = "give its role " + awork.WriteManageConfig + ", or set --read-only"
		}
	default:
		k.Found, k.OK = "may not read API users", false
		k.Do = "give its role " + awork.WriteManageConfig + " (" + awork.ReadManageConfig + " to look only)"
	}
	return k
}

func checkRateLimit(client *awork.Client) check {
	limit, left, known := client.RateLimit()
	if !known {
		return check{Name: "rate limit", OK: true, Found: "awork names none"}
	}
	k := check{Name: "rate limit", OK: true,
		Found: fmt.Sprintf("%d of %d requests left this minute, shared by all clients of the workspace", left, limit)}
	if left*10 < limit {
		k.Do = "other clients of the workspace use most of it: expect to wait"
	}
	return k
}
