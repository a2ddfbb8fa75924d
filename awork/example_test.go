package awork_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A client deletes an API user and reports no more than is known of it. The
// sandbox answers in awork's place here; without a Transport, requests go to awork.
func ExampleNew() {
	token, err := awork.ParseToken(sandbox.AdminToken)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := awork.New(awork.Config{
		Tokens:    awork.StaticToken(token),
		Transport: sandbox.New(sandbox.Options{}).RoundTripper(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	user, err := client.GetAPIUser(ctx, uuid.MustParse(sandbox.ZapierSyncID))
	if err != nil {
		fmt.Println(err)
		return
	}
	deletion, err := client.DeleteAPIUser(ctx, user.ID)
	var ambiguous *awork.EffectError
	switch {
	case errors.As(err, &ambiguous):
		fmt.Println("it may be gone or not:", err)
	case awork.Is(err, awork.KindPermissionDenied):
		fmt.Println("this token may not:", err)
	case err != nil:
		fmt.Println("nothing was deleted:", err)
	case deletion.Inferred:
		fmt.Println(user.Name, "is gone, perhaps by somebody else's doing")
	default:
		fmt.Println(user.Name, "is deleted")
	}
	fmt.Println("with", token)
	// Output:
	// Zapier Sync is deleted
	// with [redacted]
}
