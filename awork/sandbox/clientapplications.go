package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The client applications:
// https://developers.awork.com/apiv1/client-applications/get-client-applications.

type clientForm struct {
	ClientID       *string  `json:"clientId"` // on POST only, as isConfidential
	DisplayName    *string  `json:"displayName"`
	RedirectURIs   []string `json:"redirectUris"`
	IsConfidential bool     `json:"isConfidential"`
}

func (a ClientApplication) wire() wireClient {
	return wireClient{
		ClientID: a.ClientID, DisplayName: a.DisplayName,
		RedirectURIs: append([]string{}, a.RedirectURIs...), IsConfidential: a.Confidential,
		CreatedOn: stamp(a.CreatedOn), UpdatedOn: stamp(a.UpdatedOn),
	}
}

func listClients(c *call) reply {
	return unpaged(convert(c.workspace.clients.all(), ClientApplication.wire))
}

func getClient(c *call) reply {
	a, refusal := clientOf(c)
	if refusal != nil {
		return *refusal
	}
	return ok(a.wire())
}

// createClient wants an unused clientId, as awork's help pages do. Only a
// confidential client application has a secret.
func createClient(c *call) reply {
	var form clientForm
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	id := value(form.ClientID)
	if strings.TrimSpace(id) == "" {
		return empty("ClientId").reply()
	}
	if _, found := c.workspace.clients.get(id); found {
		return apiError{
			status: http.StatusBadRequest, code: "duplication-violation",
			description: "A client application with the id '" + id + "' exists already.",
		}.reply()
	}
	a := ClientApplication{
		ClientID: id, DisplayName: value(form.DisplayName), RedirectURIs: form.RedirectURIs,
		Confidential: form.IsConfidential, CreatedOn: c.at, UpdatedOn: c.at,
	}
	if a.Confidential {
		a.Secret = newSecret()
	}
	c.workspace.clients.put(id, a)
	c.effect = true
	answer := a.wire()
	answer.ClientSecret = a.Secret
	return ok(answer)
}

// updateClient replaces display name and redirect URIs; the rest can't change.
func updateClient(c *call) reply {
	var form clientForm
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	a, refusal := clientOf(c)
	if refusal != nil {
		return *refusal
	}
	a.DisplayName, a.RedirectURIs = value(form.DisplayName), slices.Clone(form.RedirectURIs)
	a.UpdatedOn = c.at
	c.workspace.clients.put(a.ClientID, a)
	c.effect = true
	return ok(a.wire())
}

// deleteClient leaves the API users of the client application as they are:
// orphans, whose keys go on working. awork does not document what becomes of
// them.
func deleteClient(c *call) reply {
	a, refusal := clientOf(c)
	if refusal != nil {
		return *refusal
	}
	c.workspace.clients.remove(a.ClientID)
	c.effect = true
	return noContent()
}

// generateSecret replaces the secret. A public client application has none,
// which awork's answer to is not documented; here it is a 400.
func generateSecret(c *call) reply {
	a, refusal := clientOf(c)
	if refusal != nil {
		return *refusal
	}
	if !a.Confidential {
		return invalidOperation("A public client application has no secret.").reply()
	}
	a.Secret, a.UpdatedOn = newSecret(), c.at
	c.workspace.clients.put(a.ClientID, a)
	c.effect = true
	return ok(wireSecret{ClientSecret: a.Secret})
}

func clientOf(c *call) (ClientApplication, *reply) {
	a, found := c.workspace.clients.get(c.id)
	if !found {
		return a, refuse(missing("client application", c.id))
	}
	return a, nil
}

// generateAPIKey makes a token for an API user, which read permission suffices
// for (https://developers.awork.com/authentication). Not documented, and so
// chosen: every call makes another token and the earlier ones stay good; an API
// user of another client application is refused, one of none is not;
// expires_in is an absolute Unix time, as in the specification's example, ten
// years ahead, for awork calls its keys permanently valid.
func generateAPIKey(c *call) reply {
	var form struct {
		APIUserID *string `json:"apiUserId"`
	}
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	if form.APIUserID == nil {
		return empty("ApiUserId").reply()
	}
	id, isGUID := parseGUID(*form.APIUserID)
	if !isGUID {
		return invalid("$.apiUserId", "The JSON value could not be converted to System.Guid.").reply()
	}
	client, refusal := clientOf(c)
	if refusal != nil {
		return *refusal
	}
	u, found := c.workspace.apiUsers.get(id)
	if !found {
		return missing("API user", id).reply()
	}
	if u.ClientID != "" && u.ClientID != client.ClientID {
		return invalidOperation("The API user belongs to another client application.").reply()
	}
	expires := c.at.AddDate(10, 0, 0)
	token := newToken(u.ID, client.ClientID, c.at, expires)
	c.workspace.tokens[token] = u.ID
	c.effect = true
	return ok(wireToken{TokenType: "Bearer", ExpiresIn: expires.Unix(), AccessToken: token})
}

// newToken looks like a JSON Web Token and, by its jti, is never made twice.
// Nobody checks its signature: the sandbox looks tokens up.
func newToken(userID, clientID string, issued, expires time.Time) string {
	header := map[string]any{"alg": "HS256", "typ": "JWT"}
	claims := map[string]any{
		"sub": userID, "client_id": clientID, "jti": uuid.NewString(), "iat": issued.Unix(), "exp": expires.Unix(),
	}
	return tokenPart(header) + "." + tokenPart(claims) + "." + newSecret()
}

func tokenPart(fields map[string]any) string {
	return base64.RawURLEncoding.EncodeToString(ok(fields).encoded())
}

func newSecret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails: https://pkg.go.dev/crypto/rand#Read
	return base64.RawURLEncoding.EncodeToString(b)
}
