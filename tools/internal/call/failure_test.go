package call

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// failing is a call that needs no awork to describe what failed.
func failing(log *bytes.Buffer, writes bool) *Call {
	return &Call{
		server: &Server{Log: slog.New(slog.NewTextHandler(log, nil))},
		tool:   Tool{Name: "tool", Title: "Change things", Writes: writes},
	}
}

// upstream is an answer of awork to a request for a record.
func upstream(kind awork.Kind, status int, method, path string) *awork.Error {
	return &awork.Error{Kind: kind, Status: status, Method: method, Path: path}
}

// TestDescribe: a failure has the outcome that an agent decides by, and a message that
// names what happened, what it left as it was, and what to do.
func TestDescribe(t *testing.T) {
	t.Parallel()
	zapier := awork.APIUser{ID: uuid.New(), Name: "Zapier"}
	renamed := awork.APIUser{ID: zapier.ID, Name: "Other"}
	path := "/apiusers/" + zapier.ID.String()
	deletion := &Change{Kind: policy.Delete, Action: "delete it", Unchanged: "It was not deleted.",
		Targets: []awork.APIUser{zapier}}
	update := &Change{Kind: policy.Update, Action: "rename it", Unchanged: "It was not renamed.",
		Targets: []awork.APIUser{zapier}}
	several := &Change{Kind: policy.Delete, Targets: []awork.APIUser{zapier, renamed}}
	app := awork.ClientApplication{ClientID: "app", DisplayName: "App", RedirectURIs: []string{"https://a.example"}}
	appUpdated := app
	appUpdated.UpdatedOn = "2026-01-01"
	appMoved := app
	appMoved.RedirectURIs = nil
	cut := upstream(awork.KindUpstream, 0, "DELETE", path)
	cut.Reason = "the connection ended"
	busy := &awork.EffectError{Attempt: cut}
	unclear := func(readBack error) error { return &awork.EffectError{Attempt: cut, ReadBack: readBack} }
	for name, test := range map[string]struct {
		change  *Change
		err     error
		outcome result.Outcome
		want    string
	}{
		"404 without GET /me": {update, upstream(awork.KindUnavailable, 404, "GET", path), result.UpstreamError,
			"awork answered 404 to GET " + path + ". If it stays so, awork-mcp doctor says more to whoever runs this " +
				"server. It was not renamed."},
		"404, and GET /me is limited": {update, upstream(awork.KindRateLimited, 404, "GET", path), result.UpstreamError,
			"awork answered 404 to GET " + path + ". If it stays so, awork-mcp doctor says more to whoever runs this " +
				"server. It was not renamed."},
		"503": {update, upstream(awork.KindUnavailable, 503, "GET", path), result.Unavailable,
			"awork answered 503 to GET " + path + ". Try again later. It was not renamed."},
		"no role": {update, upstream(awork.KindNotFound, 404, "GET", "/roles/x"), result.NotFound,
			"awork knows no role with this id: it never was in this workspace, or is gone. list_roles shows which there " +
				"are. It was not renamed."},
		"another API user": {update, upstream(awork.KindNotFound, 404, "GET", "/apiusers/x"), result.NotFound,
			"awork knows no API user with this id: it never was in this workspace, or is gone. list_api_users shows " +
				"which there are. It was not renamed."},
		"gone since": {update, upstream(awork.KindNotFound, 404, "PUT", path), result.NotFound,
			"awork knows no API user with this id any more: \"Zapier\" was there when this call read it, and is gone " +
				"since, by somebody else. list_api_users shows which there are."},
		"no token": {update, &awork.Error{Kind: awork.KindUnauthenticated}, result.Unauthenticated,
			"There is no token to send to awork. Set AWORK_TOKEN or the token file, or run awork-mcp login; awork-mcp " +
				"doctor says more. It was not renamed."},
		"a token refused": {update, upstream(awork.KindUnauthenticated, 401, "GET", path), result.Unauthenticated,
			"awork does not accept the token: it is wrong or expired, or its API user is gone. Set a valid one in " +
				"AWORK_TOKEN or in the token file, or run awork-mcp login. It was not renamed."},
		"changed": {update, &awork.ChangedError[awork.APIUser]{Was: zapier, Now: renamed}, result.ConfirmationRequired,
			"API user \"Zapier\" has changed since it was read: its name was \"Zapier\" and is \"Other\". Look at it and " +
				"call again. It was not renamed."},
		"a client application changed": {update, &awork.ChangedError[awork.ClientApplication]{Was: app, Now: appMoved},
			result.ConfirmationRequired, "Client application \"app\" has changed since it was read: its redirect URIs were " +
				"\"https://a.example\" and are none. Look at it and call again. It was not renamed."},
		"a client application updated": {update, &awork.ChangedError[awork.ClientApplication]{Was: app, Now: appUpdated},
			result.ConfirmationRequired, "Client application \"app\" has changed since it was read: it was updated " +
				"\"2026-01-01\". Look at it and call again. It was not renamed."},
		"refused": {update, result.Refuse(result.Blocked, "No."), result.Blocked, "No. It was not renamed."},
		"a code": {update, &result.RefusalError{Outcome: result.ConfirmationRequired, Message: "Ask.",
			ConfirmationCode: "code"}, result.ConfirmationRequired, "Ask."},
		"ended": {update, context.Canceled, result.Unavailable,
			"The call ended before awork had answered. It was not renamed."},
		"still there": {deletion, busy, result.UpstreamError,
			"DELETE " + path + " got no answer: the connection ended. If it stays so, awork-mcp doctor says more to whoever " +
				"runs this server. API user \"Zapier\" still exists: it was there when it was read again. Look at it before " +
				"you repeat the call: awork may yet carry out what it was sent."},
		"as before": {update, busy, result.UpstreamError,
			"DELETE " + path + " got no answer: the connection ended. If it stays so, awork-mcp doctor says more to whoever " +
				"runs this server. The record was as before when it was read again. Look at it before you repeat the call: " +
				"awork may yet carry out what it was sent."},
		"several as before": {several, busy, result.UpstreamError,
			"DELETE " + path + " got no answer: the connection ended. If it stays so, awork-mcp doctor says more to whoever " +
				"runs this server. The record was as before when it was read again. Look at it before you repeat the call: " +
				"awork may yet carry out what it was sent."},
		"unclear": {deletion, unclear(context.DeadlineExceeded), result.Unknown,
			"It is not known whether awork did what it was asked (delete it): DELETE " + path + " got no answer: the " +
				"connection ended. Reading it again did not show that. Check with list_api_users before you repeat the call."},
		"unclear, changed": {update, unclear(&awork.ChangedError[awork.APIUser]{Was: zapier, Now: renamed}), result.Unknown,
			"It is not known whether awork did what it was asked (rename it): DELETE " + path + " got no answer: the " +
				"connection ended. When it was read again, its name was \"Zapier\" and is \"Other\". Check with " +
				"list_api_users before you repeat the call."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := failing(&bytes.Buffer{}, true)
			err := test.change.failure(test.err)
			if err.Error() != test.err.Error() {
				t.Errorf("the log would have %v", err)
			}
			r := c.Describe(err)
			if got := r.Base(); got.Outcome != test.outcome || got.Message != test.want {
				t.Errorf("%s\n%s\nwant %s\n%s", got.Outcome, got.Message, test.outcome, test.want)
			}
			if _, lists := r.(*unclearResult); lists {
				t.Error("it has candidates that nobody looked for")
			}
			changed := name == "unclear, changed"
			if shown := r.Base().APIUser; (shown != nil) != changed || changed && shown.Name != renamed.Name {
				t.Errorf("shows %+v", shown)
			}
		})
	}
}

// TestDescribeWithoutChange: a write that fails before anything was decided changed
// nothing; of a read that is not worth a sentence.
func TestDescribeWithoutChange(t *testing.T) {
	t.Parallel()
	for writes, want := range map[bool]string{true: "No. Nothing was changed.", false: "No."} {
		got := failing(&bytes.Buffer{}, writes).Describe(result.Refuse(result.Blocked, "No.")).Base().Message
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestInternalError: a fault of the program has a reference in the result, and the
// fault with it in the log. What may have been sent is not known.
func TestInternalError(t *testing.T) {
	t.Parallel()
	for committing, want := range map[bool]struct {
		outcome result.Outcome
		message string
	}{
		false: {result.UpstreamError, `^awork-mcp failed \(reference (\w{8}) in its log\)\. Nothing was changed\.$`},
		true: {result.Unknown, `^awork-mcp failed while it was at work \(reference (\w{8}) in its log\)\. Check with ` +
			`get_api_user or list_api_users what happened\.$`},
	} {
		log := &bytes.Buffer{}
		c := failing(log, true)
		c.committing = committing
		r := c.Describe(errors.New("the fault")).Base()
		ref := regexp.MustCompile(want.message).FindStringSubmatch(r.Message)
		if r.Outcome != want.outcome || len(ref) != 2 {
			t.Fatalf("%s: %s", r.Outcome, r.Message)
		}
		for _, part := range []string{ref[1], "the fault"} {
			if !bytes.Contains(log.Bytes(), []byte(part)) {
				t.Errorf("the log lacks %s: %s", part, log)
			}
		}
	}
}
