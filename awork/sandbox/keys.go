package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// generateAPIKey makes a token for an API user, which read permission suffices
// for (https://developers.awork.com/authentication). Not documented, and so
// chosen: every call makes another token and the earlier ones stay good; an API
// user of another client application is refused, one of none is not;
// expires_in is an absolute Unix time, as in the specification's example, ten
// years ahead, for awork calls its keys permanently valid.
func (s *Sandbox) generateAPIKey(c *call) reply {
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
	client, refusal := s.clientOf(c)
	if refusal != nil {
		return *refusal
	}
	u, found := s.state.apiUsers.get(id)
	if !found {
		return missing("API user", id).reply()
	}
	if u.ClientID != "" && u.ClientID != client.ClientID {
		return invalidOperation("The API user belongs to another client application.").reply()
	}
	expires := c.at.AddDate(10, 0, 0)
	token := newToken(u.ID, client.ClientID, c.at, expires)
	s.state.tokens[token] = u.ID
	c.effect = true
	return ok(wireToken{TokenType: "Bearer", ExpiresIn: expires.Unix(), AccessToken: token})
}

// newToken looks like a JSON Web Token and, by its jti, is never made twice.
// Nobody checks its signature: the sandbox looks tokens up.
func newToken(userID, clientID string, issued, expires time.Time) string {
	part := func(v map[string]any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic("sandbox: " + err.Error()) // strings and numbers always encode
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(map[string]any{"alg": "HS256", "typ": "JWT"}) + "." + part(map[string]any{
		"sub": userID, "client_id": clientID, "jti": uuid.NewString(), "iat": issued.Unix(), "exp": expires.Unix(),
	}) + "." + newSecret()
}
