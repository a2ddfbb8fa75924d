package awork

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// truth is the newest of the records that a token sees, read without a filter.
func truth(all []traceRecord, kind TraceKind, ids ...uuid.UUID) Trace {
	var t Trace
	for _, r := range all {
		on, by := r.of(kind)
		if !slices.Contains(ids, by) {
			continue
		}
		t.Total++
		if later(on, t.On) {
			t.On, t.By = on, by
		}
	}
	return t
}

// TestTracesInTheSandbox: whatever is wrong with an area, what is reported of it
// after its control is what a token sees there, for each API user and for all of
// them at once; and without a fault the control holds.
func TestTracesInTheSandbox(t *testing.T) {
	t.Parallel()
	kinds := []sandbox.FaultKind{"", sandbox.FaultFilterIgnored, sandbox.FaultFilterRefused, sandbox.FaultOrderIgnored,
		sandbox.FaultEmptyList, sandbox.FaultUnauthorized, sandbox.FaultNotFound, sandbox.FaultForbidden, sandbox.FaultHTML, sandbox.FaultBroken}
	for _, kind := range kinds {
		for _, token := range []string{sandbox.AdminToken, sandbox.ReaderToken} {
			t.Run(strings.Join([]string{"fault", string(kind), token}, " "), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { compareTraces(t, kind, token) })
			})
		}
	}
}

func compareTraces(t *testing.T, kind sandbox.FaultKind, token string) {
	for _, area := range Areas() {
		backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
		c := clientWith(t, backend.RoundTripper(), token)
		all, truthErr := readPages[traceRecord](t.Context(), c, area.path, area.query)
		if kind != "" {
			backend.AddFaults(sandbox.Fault{Kind: kind, Method: "GET", Path: area.path})
		}
		empty, err := c.CheckFilter(t.Context(), area)
		if kind == "" && (err != truthErr && !Is(truthErr, KindPermissionDenied) && !errors.Is(err, ErrNoControl) || empty != (truthErr == nil && len(all) == 0)) { //nolint:errorlint // as it comes
			t.Errorf("%s: the control: empty %v, %v", area.Name, empty, err)
		}
		if kind == sandbox.FaultEmptyList {
			continue // an area that answers everything with nothing is not there
		}
		if empty && len(all) > 0 {
			t.Errorf("%s: empty, with %d records", area.Name, len(all))
		}
		if err != nil || empty {
			continue
		}
		ids := []uuid.UUID{unknownID}
		for _, u := range backend.APIUsers() {
			ids = append(ids, uuid.MustParse(u.ID))
		}
		groups := slices.Collect(slices.Chunk(ids, MaxTraceIDs))
		groups = slices.AppendSeq(groups, slices.Chunk(ids, 1))
		for _, group := range groups {
			for _, made := range []TraceKind{Created, Updated} {
				got, err := c.LatestTrace(t.Context(), area, made, group...)
				if want := truth(all, made, group...); err == nil && got != want || err != nil && kind == "" {
					t.Errorf("%s %s by %v: got %+v, %v, want %+v", area.Name, made, group, got, err, want)
				}
			}
		}
	}
}

// TestRoleInTheSandbox: a role is made, filled, emptied and deleted.
func TestRoleInTheSandbox(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	before, err := c.ListRoles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	features, err := c.Features(t.Context())
	if err != nil || !slices.Contains(features, "project-master-data") {
		t.Errorf("features: %v, %v", features, err)
	}
	role, err := c.CreateRole(t.Context(), "Nightly export", before, uuid.MustParse(sandbox.AdminUserID))
	if err != nil {
		t.Fatal(err)
	}
	wanted := []Permission{{"project-master-data", []string{"read"}}, {"project-timetracking", []string{"read"}}}
	for _, p := range wanted {
		if err := c.SetRolePermission(t.Context(), role.ID, p); err != nil {
			t.Error(err)
		}
	}
	if err := c.SetRolePermission(t.Context(), role.ID, Permission{Feature: "project-timetracking"}); err != nil {
		t.Error(err)
	}
	got, err := c.RolePermissions(t.Context(), role.ID)
	if err != nil || len(got) != 1 || got[0].Feature != "project-master-data" || !sameLevels(got[0].AccessLevels, []string{"read"}) {
		t.Errorf("permissions: %+v, %v", got, err)
	}
	if _, err := c.CreateRole(t.Context(), "Nightly export", before, unknownID); !Is(err, KindInvalid) {
		t.Errorf("a second one: %v", err)
	}
	if d, err := c.DeleteRole(t.Context(), role.ID); err != nil || d.Inferred {
		t.Errorf("deleted: %+v, %v", d, err)
	}
	if _, err := c.GetRole(t.Context(), role.ID); !Is(err, KindNotFound) {
		t.Errorf("after that: %v", err)
	}
}
