package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// logoutTimeout bounds one sign-out.
const logoutTimeout = 30 * time.Second

type logoutCommand struct {
	All bool `help:"Sign out of all workspaces."`
}

// Run implements the command. It fails where awork could not revoke the access,
// although the sign-in is removed.
func (l *logoutCommand) Run(c *console, s *settings) error {
	signIns, err := s.signIns(s.logger(c.stderr))
	if err != nil {
		return err
	}
	if l.All && s.Workspace != "" {
		return usage("--all and --workspace contradict each other: leave one of them out")
	}
	ctx, stop := signalContext()
	defer stop()
	all, err := l.chosen(ctx, s, signIns)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return c.printf("Nobody is signed in.\n")
	}
	var failed error
	for _, session := range all {
		failed = errors.Join(failed, c.signOut(ctx, session))
	}
	return failed
}

// chosen returns the sign-ins to end; none where nobody is signed in.
func (l *logoutCommand) chosen(ctx context.Context, s *settings, signIns *signin.SignIns) ([]*signin.Session, error) {
	all, err := signIns.All(ctx)
	if err != nil || l.All || len(all) == 0 {
		return all, err
	}
	session, err := signIns.Find(ctx, signin.Selector(s.Workspace))
	if err != nil {
		return nil, usage("%v (--all signs out of all)", err)
	}
	return []*signin.Session{session}, nil
}

// signOut ends one sign-in, and says of which workspace.
func (c *console) signOut(ctx context.Context, session *signin.Session) error {
	ctx, cancel := context.WithTimeout(ctx, logoutTimeout)
	defer cancel()
	status, _ := session.Status() // of one that has ended, the workspace is known too
	revoked, err := session.Logout(ctx)
	switch {
	case errors.Is(err, signin.ErrNotSignedIn):
		return c.printf("Removed the sign-in%s, which had ended.\n", toWorkspace(status))
	case err != nil:
		return err
	case errors.Is(revoked, signin.ErrClientShared):
		return c.printf("Signed out%s. awork was not asked to revoke the access, which another sign-in shares.\n",
			toWorkspace(status))
	case revoked != nil:
		return fmt.Errorf("signed out here%s, but awork did not revoke the access: %w: "+
			"remove awork-mcp in awork among the applications that you allowed", toWorkspace(status), revoked)
	}
	return c.printf("Signed out%s; awork has revoked the access.\n", toWorkspace(status))
}
