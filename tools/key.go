package tools

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// makeKey makes a key for u with the role r, verifies it and delivers it. What
// comes after the making fails with a [lostSecretError].
func (s secrets) makeKey(
	ctx context.Context,
	c *call.Call,
	grant call.Grant,
	u awork.APIUser,
	r directory.Role,
) (*delivered, error) {
	if err := s.check(ctx, c); err != nil { // again: a human may have taken minutes
		return nil, err
	}
	detached, done := call.Detach(ctx)
	defer done()
	var d *delivered
	var lost error
	w := call.Write{APIUserID: u.ID, Name: u.Name, ClientID: u.ClientID, Success: result.Created}
	err := c.Write(ctx, grant, w, func(ctx context.Context, client *awork.Client, e *journal.Entry) error {
		key, err := client.GenerateAPIKey(ctx, u.ClientID, u.ID)
		if err != nil {
			return err
		}
		e.Delivered = journal.Undelivered
		if d, lost = s.handOverKey(detached, c, key, u, r); lost == nil {
			e.Delivered = d.Where
		}
		return nil
	})
	if err == nil {
		err = lost
	}
	return d, err
}

// handOverKey verifies a new key and delivers it.
func (s secrets) handOverKey(
	ctx context.Context,
	c *call.Call,
	key awork.Secret,
	u awork.APIUser,
	r directory.Role,
) (*delivered, error) {
	if err := verifyKey(ctx, c, key, u, r); err != nil {
		c.Log().ErrorContext(ctx, "a key was made and could not be verified, so nobody was given it", "apiUserId", u.ID,
			"clientId", text.Clean(u.ClientID), "error", key.Redact(err.Error()))
		return nil, err
	}
	d, err := s.deliver(ctx, c, Secret{Kind: KindAPIKey, ClientID: u.ClientID, APIUserID: u.ID, Value: key})
	if err != nil {
		return nil, &lostSecretError{"A key was made and tested, but its delivery failed, so don't count on anybody " +
			"having it; the server's log says why.", err}
	}
	return d, nil
}

// verifyKey uses a new key: it must be that of the API user u, with its role r.
func verifyKey(ctx context.Context, c *call.Call, key awork.Secret, u awork.APIUser, r directory.Role) error {
	token, err := awork.ParseToken(key.Reveal())
	if err != nil {
		return unverified(err.Error()+".", err)
	}
	reader := c.ReaderWith(token)
	me, err := reader.Me(ctx)
	var permissions *awork.Permissions
	if err == nil {
		permissions, err = reader.MyPermissions(ctx)
	}
	var upstream *awork.Error
	switch {
	case errors.As(err, &upstream):
		return unverified(call.DescribeAnswer(upstream), err)
	case err != nil:
		return unverified("the call ended before awork had answered.", err)
	case me.ID != u.ID:
		return unverified("it is the key of "+me.ID.String()+".", nil)
	case u.RoleID != uuid.Nil && permissions.RoleID != u.RoleID:
		return unverified(fmt.Sprintf("its role is %s and not %s.", text.UUIDOrNone(permissions.RoleID), u.RoleID), nil)
	case permissions.IsAdmin && r.Admin == "":
		return unverified("it is an admin's, which its role is not.", nil)
	}
	return nil
}

func unverified(why string, cause error) error {
	return &lostSecretError{"A key was made, but it could not be verified, so nobody was given it: " + why, cause}
}

// keyQuestion says what would happen when a key is made; facts are lines on whose.
func (s secrets) keyQuestion(c *call.Call, what, facts string, r directory.Role) string {
	warning := ""
	if r.Admin != "" {
		warning = "It is an ADMIN KEY.\n"
	}
	return fmt.Sprintf("%s in the awork workspace %s?\n\n%s\n%sWhat the key may do: %s.\n\n"+
		"The key goes to %s, and is shown to nobody here. awork can neither list nor take back a single key: what is "+
		"left is to delete the API user or to give it a lesser role, and awork does not say what that does to its keys.",
		what, text.Quote(c.Workspace()), facts, warning, r.Rights(), s.describe())
}

// newClientID makes an id for a client application of a name.
func newClientID(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String()[:min(40, b.Len())], "-")
	var suffix [3]byte
	_, _ = rand.Read(suffix[:]) // never fails, see crypto/rand
	return strings.Trim(slug+"-"+hex.EncodeToString(suffix[:]), "-")
}
