package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

type deleteInput struct{ id uuid.UUID }

func (in *deleteInput) subject() uuid.UUID { return in.id }

func deleteAPIUser() *tool {
	return writing(spec{
		name: "delete_api_user", title: "Delete API user", destructive: true, idempotent: true,
		description: "Delete one API user for good; it can't be undone, and making it again gives a new id and no keys. " +
			"Refuses the API user whose key this server uses and protected ones. Look at it with get_api_user first. `deleted` alone means that it is gone by this call.",
		output: []property{{"workspace", "string"}, {"apiUserId", "string"}, {"apiUser", "object"}, {"requiredPermission", "string"}, {"error", "object"}},
	}, func(in *deleteInput) []field {
		return []field{apiUserIDField("id of the API user to delete", &in.id).must()}
	}, planDelete)
}

func planDelete(ctx context.Context, c *call, in deleteInput) (*change, error) {
	c.doing = "delete API user " + in.id.String()
	u, err := c.account.client.GetAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	c.doing = "delete API user " + quoted(u.Name)
	n := c.account.directory.names(ctx, roster{})
	c.notDone = "API user " + quoted(u.Name) + " was not deleted."
	ch := &change{targets: []awork.APIUser{*u}, deletes: true, decided: []any{in.id}}
	ch.question = func(ctx context.Context) string { return c.deleteQuestion(ctx, n, ch.targets) }
	ch.commit = func(ctx context.Context) (reply, error) {
		if _, err := c.writeUser(ctx, n, *u, Deleted, func(ctx context.Context) (*awork.APIUser, error) {
			_, err := c.account.client.DeleteAPIUser(ctx, u.ID)
			return nil, err
		}); err != nil {
			return nil, err
		}
		return &Result{Outcome: Deleted, APIUser: n.show(*u), Warnings: n.warningsFor(*u),
			Message: fmt.Sprintf("API user %s is deleted. Making it again gives a new id and no keys.", quoted(u.Name))}, nil
	}
	return ch, nil
}
