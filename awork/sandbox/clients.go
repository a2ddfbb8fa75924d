package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
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

func (s *Sandbox) listClients(*call) reply {
	return whole(convert(s.state.clients.all(), ClientApplication.wire))
}

func (s *Sandbox) getClient(c *call) reply {
	a, refusal := s.clientOf(c)
	if refusal != nil {
		return *refusal
	}
	return ok(a.wire())
}

// createClient wants an unused clientId, as awork's help pages do. Only a
// confidential client application has a secret.
func (s *Sandbox) createClient(c *call) reply {
	var form clientForm
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	id := value(form.ClientID)
	if strings.TrimSpace(id) == "" {
		return empty("ClientId").reply()
	}
	if _, found := s.state.clients.get(id); found {
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
	s.state.clients.put(id, a)
	c.effect = true
	answer := a.wire()
	answer.ClientSecret = a.Secret
	return ok(answer)
}

// updateClient replaces display name and redirect URIs; the rest can't change.
func (s *Sandbox) updateClient(c *call) reply {
	var form clientForm
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	a, refusal := s.clientOf(c)
	if refusal != nil {
		return *refusal
	}
	a.DisplayName, a.RedirectURIs, a.UpdatedOn = value(form.DisplayName), slices.Clone(form.RedirectURIs), c.at
	s.state.clients.put(a.ClientID, a)
	c.effect = true
	return ok(a.wire())
}

// deleteClient leaves the API users of the client application as they are:
// orphans, whose keys go on working. awork does not document what becomes of
// them.
func (s *Sandbox) deleteClient(c *call) reply {
	a, refusal := s.clientOf(c)
	if refusal != nil {
		return *refusal
	}
	s.state.clients.remove(a.ClientID)
	c.effect = true
	return noContent()
}

// generateSecret replaces the secret. A public client application has none,
// which awork's answer to is not documented; here it is a 400.
func (s *Sandbox) generateSecret(c *call) reply {
	a, refusal := s.clientOf(c)
	if refusal != nil {
		return *refusal
	}
	if !a.Confidential {
		return invalidOperation("A public client application has no secret.").reply()
	}
	a.Secret, a.UpdatedOn = newSecret(), c.at
	s.state.clients.put(a.ClientID, a)
	c.effect = true
	return ok(wireSecret{ClientSecret: a.Secret})
}

func (s *Sandbox) clientOf(c *call) (ClientApplication, *reply) {
	id := c.r.PathValue("clientId")
	a, found := s.state.clients.get(id)
	if !found {
		return a, refuse(missing("client application", id))
	}
	return a, nil
}

func newSecret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails: https://pkg.go.dev/crypto/rand#Read
	return base64.RawURLEncoding.EncodeToString(b)
}
