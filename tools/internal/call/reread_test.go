package call

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

const same = "it was given for another call" // where nothing of awork's has changed

// inRoles adds API users, each in a limited role of its own.
func inRoles(f *fixture, n int) (ids []string) {
	for i := range n {
		role := f.box.AddRole(sandbox.Role{Name: fmt.Sprintf("Limited %d", i)})
		ids = append(ids, f.box.AddAPIUser(sandbox.APIUser{Name: fmt.Sprintf("Limited %d", i), RoleID: role.ID}).ID)
	}
	return ids
}

// grow lets the role of an API user do more.
func grow(f *fixture, id string) {
	user, _ := f.box.APIUser(id)
	for _, role := range f.box.Roles() {
		if role.ID == user.RoleID {
			role.Permissions = append(role.Permissions, sandbox.Permission{Feature: "workspace-manage-config",
				AccessLevels: []string{"write"}})
			f.box.AddRole(role)
		}
	}
}

func rename(f *fixture, id string) {
	user, _ := f.box.APIUser(id)
	user.Name += " renamed"
	f.box.AddAPIUser(user)
}

func join(f *fixture, client string) {
	f.box.AddAPIUser(sandbox.APIUser{Name: "New", ClientID: client, RoleID: sandbox.IntegrationRoleID})
}

// ofClient is the deletion of a client application with its API users.
func ofClient(f *fixture, client string) Change {
	var ids []string
	for _, u := range f.box.APIUsers() {
		if u.ClientID == client {
			ids = append(ids, u.ID)
		}
	}
	ch := f.change(policy.Delete, ids...)
	list, err := f.account.client.ListClientApplications(f.t.Context())
	f.must(err)
	for _, app := range list {
		if app.ClientID == client {
			ch.Client = app
		}
	}
	return ch
}

// TestReread: an answer is bound to what its question describes, which is read again
// before anything is written, and to nothing else.
func TestReread(t *testing.T) {
	t.Parallel()
	nothing := func(*fixture) {}
	for name, test := range map[string]struct {
		change func(*fixture) Change
		alter  func(*fixture)
		want   string
	}{
		"nothing":          {deleteZapier, nothing, same},
		"its name":         {deleteZapier, renameZapier, "has changed"},
		"a deleted's role": {deleteZapier, growZapier, "the role may do"},
		"a renamed's role": {updateZapier, growZapier, same},
		"one of five roles": {func(f *fixture) Change { return f.change(policy.Delete, inRoles(f, maxFreshRoles)...) },
			growLast, "the role may do"},
		"one of six roles": {func(f *fixture) Change { return f.change(policy.Delete, inRoles(f, maxFreshRoles+1)...) },
			growLast, same},
		"no client application's": {func(f *fixture) Change { return ofClient(f, sandbox.ZapierClientID) },
			func(f *fixture) { join(f, sandbox.DatevClientID) }, same},
		"one more of a client application": {func(f *fixture) Change { return ofClient(f, sandbox.ZapierClientID) },
			func(f *fixture) { join(f, sandbox.ZapierClientID) }, "there are API users that there were not"},
		"the first of a client application": {func(f *fixture) Change {
			f.box.AddClientApplication(sandbox.ClientApplication{ClientID: "unused", DisplayName: "Unused"})
			return ofClient(f, "unused")
		}, func(f *fixture) { join(f, "unused") }, "there are API users that there were not"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, policy.Settings{}, nil)
			c, ch := f.call(t.Context(), "tool", ""), test.change(f)
			_, err := c.owner(t.Context())
			f.must(err)
			before := c.binding(ch.subject(), &ch)
			test.alter(f)
			now, err := c.reread(t.Context(), &ch)
			f.must(err)
			if got := before.Differences(now, ch.Names); !strings.Contains(got, test.want) {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func deleteZapier(f *fixture) Change { return f.change(policy.Delete, sandbox.ZapierSyncID) }
func updateZapier(f *fixture) Change { return f.change(policy.Update, sandbox.ZapierSyncID) }
func renameZapier(f *fixture)        { rename(f, sandbox.ZapierSyncID) }
func growZapier(f *fixture)          { grow(f, sandbox.ZapierSyncID) }

// growLast lets the role of the API user do more that was added last.
func growLast(f *fixture) {
	all := f.box.APIUsers()
	grow(f, all[len(all)-1].ID)
}

// TestRereadCreate: a create is bound to the API users that there are, and none of
// them is its target: that the only one is protected does not matter.
func TestRereadCreate(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{Protect: []string{"*"}}, nil)
	for _, u := range f.box.APIUsers() {
		if u.ID != sandbox.AdminUserID {
			f.box.RemoveAPIUser(u.ID)
		}
	}
	c, ch := f.call(t.Context(), "tool", ""), Change{Kind: policy.Create, Existing: f.users(sandbox.AdminUserID)}
	_, err := c.owner(t.Context())
	f.must(err)
	now, err := c.reread(t.Context(), &ch)
	if err != nil || len(now.Records) != 1 {
		t.Errorf("%v, %v", now.Records, err)
	}
}

// TestRereadFails: what can't be read again has not changed, and is not gone: the
// error says what failed.
func TestRereadFails(t *testing.T) {
	t.Parallel()
	users := sandbox.Fault{Kind: sandbox.FaultStatus, Method: "GET", Path: "/apiusers"}
	for name, test := range map[string]struct {
		change func(*fixture) Change
		fault  sandbox.Fault
		want   func(error) bool
	}{
		"a client application's": {func(f *fixture) Change { return ofClient(f, sandbox.ZapierClientID) }, users, isUpstream},
		"several": {func(f *fixture) Change {
			return f.change(policy.Delete, sandbox.ZapierSyncID, sandbox.DatevExportID)
		}, users, isUpstream},
		"all": {func(f *fixture) Change { return Change{Existing: f.users(sandbox.ZapierSyncID)} }, users, isUpstream},
		"a role, in time": {deleteZapier,
			sandbox.Fault{Kind: sandbox.FaultHang, Method: "GET", Path: "/roles/*/permissions"}, isDeadline},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := open(t, policy.Settings{}, nil)
				c, ch := f.call(t.Context(), "tool", ""), test.change(f)
				_, err := c.owner(t.Context())
				f.must(err)
				f.box.AddFaults(test.fault)
				if _, err := c.reread(t.Context(), &ch); !test.want(err) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

func isUpstream(err error) bool {
	return awork.Is(err, awork.KindUpstream) || awork.Is(err, awork.KindUnavailable)
}
func isDeadline(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// TestSubject: the role that would be given is part of what an answer is bound to.
func TestSubject(t *testing.T) {
	t.Parallel()
	role := directory.Role{Role: awork.Role{ID: uuid.New()}}
	ch := Change{Kind: policy.Update, NewRole: &role}
	if got := ch.subject().Roles; len(got) != 1 || got[0].ID != role.ID {
		t.Errorf("%v", got)
	}
}

// TestBindingTool: the answer to one tool's question is good for no other tool.
func TestBindingTool(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	ch := f.change(policy.Delete, sandbox.ZapierSyncID)
	_, _, err := f.call(t.Context(), "one", "").Authorize(t.Context(), ch)
	given := code(err)
	_, _, err = f.call(t.Context(), "other", given).Authorize(t.Context(), ch)
	var refusal *result.RefusalError
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, "another call") {
		t.Errorf("%v", err)
	}
	if _, _, err = f.call(t.Context(), "one", given).Authorize(t.Context(), ch); err != nil {
		t.Error(err)
	}
}
