package awork

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

const clientApplicationsPath = "/clientapplications"

// ClientApplication is an application that API users belong to. See
// https://developers.awork.com/authentication.
type ClientApplication struct {
	ClientID       string    `json:"clientId"`
	DisplayName    string    `json:"displayName,omitempty"`
	RedirectURIs   []string  `json:"redirectUris,omitempty"`
	IsConfidential bool      `json:"isConfidential,omitempty"`
	CreatedOn      Timestamp `json:"createdOn,omitempty"`
	UpdatedOn      Timestamp `json:"updatedOn,omitempty"`
}

// equal reports whether a and b are the same in every field.
func (a ClientApplication) equal(b ClientApplication) bool {
	return a.ClientID == b.ClientID && a.DisplayName == b.DisplayName && slices.Equal(a.RedirectURIs, b.RedirectURIs) &&
		a.IsConfidential == b.IsConfidential && a.CreatedOn == b.CreatedOn && a.UpdatedOn == b.UpdatedOn
}

// NewClientApplication is what a client application is made of.
type NewClientApplication struct {
	ClientID       string   `json:"clientId"`
	DisplayName    string   `json:"displayName,omitempty"`
	RedirectURIs   []string `json:"redirectUris,omitempty"`
	IsConfidential bool     `json:"isConfidential"`
}

// ListClientApplications reads the client applications of the workspace. Where
// awork says that there are more than came, those that came are given beside an
// error that is [ErrIncomplete].
func (c *Client) ListClientApplications(ctx context.Context) ([]ClientApplication, error) {
	apps, total, err := readList[ClientApplication](ctx, c, clientApplicationsPath, nil)
	if err != nil {
		return nil, err
	}
	err = checkWhole(clientApplicationsPath, len(apps), total)
	// awork documents that a clientId may be null. Nothing can be asked of such
	// an application, and API users without one must not seem to belong to it.
	return slices.DeleteFunc(apps, func(a ClientApplication) bool { return a.ClientID == "" }), err
}

func (c *Client) getClientApplication(ctx context.Context, clientID string) (*ClientApplication, error) {
	path, err := clientApplicationPath(clientID, "")
	if err != nil {
		return nil, err
	}
	var app ClientApplication
	if _, err := c.read(ctx, path, nil, &app); err != nil {
		return nil, err
	}
	if app.ClientID != clientID {
		return nil, &Error{Kind: KindUpstream, Method: http.MethodGet, Path: path, Status: http.StatusOK, Reason: "the answer is another client application"}
	}
	return &app, nil
}

// CreateClientApplication makes a client application. The secret is that of a
// confidential one; awork shows it this once. It is sent again only where awork
// surely refused it; where the answer never came, but an application that was
// not among before has this id now, it is made and its secret lost.
func (c *Client) CreateClientApplication(ctx context.Context, form NewClientApplication, before []ClientApplication) (*ClientApplication, Secret, error) {
	type answered struct {
		ClientApplication
		ClientSecret *string `json:"clientSecret"`
	}
	req := request{method: http.MethodPost, path: clientApplicationsPath, body: form}
	c, err := c.pinForWrite(ctx, req)
	if err != nil {
		return nil, Secret{}, err
	}
	var made answered
	isIt := func(a ClientApplication) bool { return a.ClientID == form.ClientID }
	err = c.settle(ctx, writeOp{
		request: req,
		accept: func(ans *answer) *Error {
			return acceptRecord(req, ans, &made, func(a answered) bool { return isIt(a.ClientApplication) })
		},
		happened: func(ctx context.Context) (bool, error) {
			all, err := c.ListClientApplications(ctx)
			i := slices.IndexFunc(all, isIt)
			switch {
			case i >= 0 && !slices.ContainsFunc(before, isIt):
				made = answered{ClientApplication: all[i]}
				return true, nil
			case err != nil:
				return false, err
			}
			return false, errNotOne
		},
	})
	if refused, ok := refusedAsNotFound(err); ok {
		refused.Kind, refused.Reason = KindUpstream, "a 404 where no record was asked for"
	}
	if err != nil {
		return nil, Secret{}, err
	}
	return &made.ClientApplication, Secret{made.ClientSecret}, nil
}

// UpdateClientApplication replaces the display name and redirect URIs of a client
// application that stands as was; awork replaces both, so both are sent. What
// becomes of it is told as by [Client.UpdateAPIUser]: where awork made something
// else of what was sent, such as a redirect URI with a slash at its end, the
// result is an [*EffectError] that wraps a [*ChangedError].
func (c *Client) UpdateClientApplication(ctx context.Context, was ClientApplication, displayName string, redirectURIs []string) (*ClientApplication, error) {
	path, err := clientApplicationPath(was.ClientID, "")
	if err != nil {
		return nil, err
	}
	req := request{method: http.MethodPut, path: path, body: struct {
		DisplayName  string   `json:"displayName"`
		RedirectURIs []string `json:"redirectUris"`
	}{displayName, append([]string{}, redirectURIs...)}}
	c, err = c.pinForWrite(ctx, req)
	if err != nil {
		return nil, err
	}
	return replace(ctx, c, req, was, replacing[ClientApplication]{
		look: func(ctx context.Context) (*ClientApplication, error) {
			return c.getClientApplication(ctx, was.ClientID)
		},
		same: ClientApplication.equal,
		asSent: func(a ClientApplication) bool {
			return a.ClientID == was.ClientID && a.DisplayName == displayName && slices.Equal(a.RedirectURIs, redirectURIs)
		},
	})
}

// DeleteClientApplication deletes a client application, with the same truth as
// [Client.DeleteAPIUser]. awork does not document what becomes of the API users
// that belong to it.
func (c *Client) DeleteClientApplication(ctx context.Context, clientID string) (Deletion, error) {
	path, err := clientApplicationPath(clientID, "")
	if err != nil {
		return Deletion{}, err
	}
	req := request{method: http.MethodDelete, path: path}
	c, err = c.pinForWrite(ctx, req)
	if err != nil {
		return Deletion{}, err
	}
	return c.remove(ctx, req, func(ctx context.Context) error {
		_, err := c.getClientApplication(ctx, clientID)
		return err
	}, func(ctx context.Context) (bool, error) {
		all, err := c.ListClientApplications(ctx)
		return slices.ContainsFunc(all, func(a ClientApplication) bool { return a.ClientID == clientID }), err
	})
}

// clientApplicationPath is the path of a client application, and what is below
// it. It refuses ids that would lead elsewhere.
func clientApplicationPath(clientID, below string) (string, error) {
	if clientID == "" || clientID == "." || clientID == ".." {
		return "", &Error{Kind: KindInvalid, Reason: "no client application can be asked for by the id " + strconv.Quote(clientID)}
	}
	return clientApplicationsPath + "/" + url.PathEscape(clientID) + below, nil
}
