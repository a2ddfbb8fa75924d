package signin

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// Selector names a workspace by its id or its exact name. "" names any.
type Selector string

// Matches reports whether the workspace is the one that is named.
func (s Selector) Matches(w awork.Workspace) bool {
	if s == "" {
		return true
	}
	id, err := uuid.Parse(string(s))
	return err == nil && id == w.ID && id != uuid.Nil || w.Name == string(s)
}

// WorkspaceError is a token of another workspace than the one that is named.
type WorkspaceError struct {
	Token awork.Workspace
	Named Selector
}

func (e *WorkspaceError) Error() string {
	return fmt.Sprintf("the awork token is of the workspace %s, and --workspace names %s", describe(e.Token), e.Named)
}

// Check returns a [*WorkspaceError] where a token's workspace is not the one that
// is named.
func (s Selector) Check(w awork.Workspace) error {
	if s.Matches(w) {
		return nil
	}
	return &WorkspaceError{w, s}
}

// String returns the selector in quotes.
func (s Selector) String() string { return strconv.Quote(string(s)) }

// describe names a workspace by name and id.
func describe(w awork.Workspace) string {
	if w.ID == uuid.Nil {
		return strconv.Quote(w.Name)
	}
	return fmt.Sprintf("%q (%s)", w.Name, w.ID)
}

// list names the workspaces of sign-ins.
func list(records []*record) string {
	var names []string
	for _, r := range records {
		if r.stored.workspace.ID == uuid.Nil {
			names = append(names, "one that is not known now")
		} else {
			names = append(names, describe(r.stored.workspace))
		}
	}
	return strings.Join(names, ", ")
}

// identify asks awork for the workspaces of sign-ins that were stored without, and
// stores them. One for which awork gives no answer stays as it is.
func (s *SignIns) identify(ctx context.Context, records []*record) ([]*record, error) {
	changed := false
	for _, r := range records {
		if r.stored.location == "" || r.stored.workspace.ID != uuid.Nil {
			continue
		}
		me, err := s.whoAmI(ctx, s.session(r))
		if err != nil {
			s.log.Debug("the workspace of a sign-in is not known", "error", err)
			continue
		}
		if err := s.store.name(ctx, r, me); err != nil {
			return nil, err
		}
		changed = true
	}
	if !changed {
		return records, nil
	}
	return s.store.records(ctx)
}

// whoAmI returns whose tokens these are, and in which workspace.
func (s *SignIns) whoAmI(ctx context.Context, tokens awork.TokenSource) (*awork.Identity, error) {
	client, err := awork.New(awork.Config{BaseURL: s.store.base, Version: s.endpoint.version, Tokens: tokens})
	if err != nil {
		return nil, err
	}
	return client.Me(ctx)
}
