package awork

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

const clientApplicationsPath = "/clientapplications"

// clientApplicationPath returns the path of a client application, and what is
// below it. It refuses ids that would lead elsewhere.
func clientApplicationPath(clientID, below string) (string, error) {
	if clientID == "" || clientID == "." || clientID == ".." {
		return "", &Error{Kind: KindInvalid,
			Reason: "no client application can be asked for by the id " + strconv.Quote(clientID)}
	}
	return clientApplicationsPath + "/" + url.PathEscape(clientID) + below, nil
}

// ListClientApplications returns the client applications of the workspace. Where
// awork says that there are more than came, those that came are given beside an
// error that is [ErrIncomplete].
func (c *Client) ListClientApplications(ctx context.Context) ([]ClientApplication, error) {
	apps, total, err := readList[ClientApplication](ctx, c, clientApplicationsPath, nil)
	if err != nil {
		return nil, err
	}
	err = checkComplete(clientApplicationsPath, len(apps), total)
	// awork documents that a clientId may be null. Nothing can be asked of such an
	// application, and API users without one must not seem to belong to it.
	return slices.DeleteFunc(apps, func(a ClientApplication) bool { return a.ClientID == "" }), err
}

// GetClientApplication returns one client application.
func (c *Client) GetClientApplication(ctx context.Context, clientID string) (*ClientApplication, error) {
	path, err := clientApplicationPath(clientID, "")
	if err != nil {
		return nil, err
	}
	var app ClientApplication
	if _, err := c.read(ctx, path, nil, &app); err != nil {
		return nil, err
	}
	if app.ClientID != clientID {
		return nil, unexpected(path, "the answer is another client application")
	}
	return &app, nil
}

func containsClientApplication(apps []ClientApplication, clientID string) bool {
	return slices.ContainsFunc(apps, func(a ClientApplication) bool { return a.ClientID == clientID })
}

// clientApplicationRecord is one client application as a record.
type clientApplicationRecord struct {
	client *Client
	id     string
	at     string // its path
}

// pinnedRecord returns a client application as a record of a client that is pinned
// for a write with method.
func (c *Client) pinnedRecord(ctx context.Context, method, clientID string) (r clientApplicationRecord, err error) {
	r.id = clientID
	if r.at, err = clientApplicationPath(clientID, ""); err != nil {
		return clientApplicationRecord{}, err
	}
	r.client, err = c.pinForWrite(ctx, method, r.at)
	return r, err
}

func (r clientApplicationRecord) path() string { return r.at }

func (r clientApplicationRecord) read(ctx context.Context) (*ClientApplication, error) {
	return r.client.GetClientApplication(ctx, r.id)
}

func (r clientApplicationRecord) listed(ctx context.Context) (bool, error) {
	all, err := r.client.ListClientApplications(ctx)
	switch {
	case containsClientApplication(all, r.id):
		return true, nil
	case err != nil:
		return false, err
	case len(all) == 0:
		return false, errEmptyList
	}
	// One that is listed must be there by itself too.
	_, err = r.client.GetClientApplication(ctx, all[0].ClientID)
	return false, err
}

// errEmptyList: an empty list may come from something that is not awork.
var errEmptyList = errors.New("awork: the list of client applications is empty, so it proves nothing")

// DeleteClientApplication deletes a client application, and reports no more than
// [Client.DeleteAPIUser] does. awork does not document what becomes of the API
// users that belong to it.
func (c *Client) DeleteClientApplication(ctx context.Context, clientID string) (Deletion, error) {
	r, err := c.pinnedRecord(ctx, http.MethodDelete, clientID)
	if err != nil {
		return Deletion{}, err
	}
	return deleteRecord(ctx, r.client, r, deleting(r))
}

// NewClientApplication is what a client application is made of.
type NewClientApplication struct {
	ClientID       string   `json:"clientId"`
	DisplayName    string   `json:"displayName,omitempty"`
	RedirectURIs   []string `json:"redirectUris,omitempty"`
	IsConfidential bool     `json:"isConfidential"`
}

// CreateClientApplication makes a client application. The secret is that of a
// confidential one; awork shows it this once. It is sent again only where awork
// surely refused it; where an attempt is ambiguous, but an application that was not
// among before has this id now, it is made and its secret lost.
func (c *Client) CreateClientApplication(ctx context.Context, form NewClientApplication, before []ClientApplication) (
	*ClientApplication, Secret, error) {
	texts := slices.Concat(form.RedirectURIs, []string{form.ClientID, form.DisplayName})
	if err := checkNotRedacted(texts...); err != nil {
		return nil, Secret{}, err
	}
	c, err := c.pinForWrite(ctx, http.MethodPost, clientApplicationsPath)
	if err != nil {
		return nil, Secret{}, err
	}
	w := &clientApplicationCreation{client: c, form: form, before: before}
	err = c.sendAndVerify(ctx, w)
	if refused, ok := asNotFound(err); ok {
		refused.Kind, refused.Reason = KindUpstream, "a 404 where no record was asked for"
	}
	if err != nil {
		return nil, Secret{}, err
	}
	return &w.made.ClientApplication, Secret{hidden{w.made.ClientSecret}}, nil
}

type clientApplicationCreation struct {
	client *Client
	form   NewClientApplication
	before []ClientApplication
	made   newClientApplicationAnswer
}

type newClientApplicationAnswer struct {
	ClientApplication
	ClientSecret *string `json:"clientSecret"`
}

func (w *clientApplicationCreation) request() request {
	return request{method: http.MethodPost, path: clientApplicationsPath, body: w.form}
}

func (w *clientApplicationCreation) accept(ans *answer) *Error {
	return acceptRecord(ans, &w.made, w.asSent)
}

func (w *clientApplicationCreation) asSent(a newClientApplicationAnswer) bool {
	return a.ClientID == w.form.ClientID
}

func (w *clientApplicationCreation) tookEffect(ctx context.Context, _ *Error) (bool, error) {
	all, err := w.client.ListClientApplications(ctx)
	i := slices.IndexFunc(all, func(a ClientApplication) bool { return a.ClientID == w.form.ClientID })
	switch {
	case i >= 0 && !containsClientApplication(w.before, w.form.ClientID):
		w.made = newClientApplicationAnswer{ClientApplication: all[i]}
		return true, nil
	case err != nil:
		return false, err
	}
	return false, errNotOne
}

// UpdateClientApplication replaces the display name and redirect URIs of a client
// application that is as was; awork replaces both, so both are sent. Its results
// are those of [Client.UpdateAPIUser]: where awork made something else of what was
// sent, such as a redirect URI with a slash at its end, the result is an
// [*EffectError] that wraps a [*ChangedError].
func (c *Client) UpdateClientApplication(ctx context.Context, was ClientApplication, displayName string,
	redirectURIs []string) (*ClientApplication, error) {
	if err := checkNotRedacted(slices.Concat(redirectURIs, []string{displayName})...); err != nil {
		return nil, err
	}
	r, err := c.pinnedRecord(ctx, http.MethodPut, was.ClientID)
	if err != nil {
		return nil, err
	}
	form := clientApplicationForm{displayName, append([]string{}, redirectURIs...), was.ClientID}
	return updateRecord(ctx, r.client, &update[ClientApplication]{record: r, same: ClientApplication.equal, was: was,
		form: form, asSent: form.like})
}

type clientApplicationForm struct {
	DisplayName  string   `json:"displayName"`
	RedirectURIs []string `json:"redirectUris"`
	id           string
}

func (f clientApplicationForm) like(a ClientApplication) bool {
	return a.ClientID == f.id && a.DisplayName == f.DisplayName && slices.Equal(a.RedirectURIs, f.RedirectURIs)
}
