package tools

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

func listClientApplicationsTool() *tool {
	return reading(spec{
		name: "list_client_applications", title: "List client applications", idempotent: true,
		description: "List the workspace's client applications, with how many API users belong to each.",
		output:      []property{{"clientApplications", "array"}},
	}, noFields, listClientApplications)
}

// noFields are the arguments of a tool that takes none.
func noFields(*struct{}) []args.Field { return nil }

// clientApplication is a client application as results show it.
type clientApplication struct {
	ClientID       string   `json:"clientId"`
	DisplayName    string   `json:"displayName,omitempty"`
	IsConfidential bool     `json:"isConfidential"`
	RedirectURIs   []string `json:"redirectUris,omitempty"`
	CreatedOn      string   `json:"createdOn,omitempty"`
	// APIUsers counts the API users that belong to it, in a list.
	APIUsers *int `json:"apiUsers,omitempty"`
}

func showClient(a awork.ClientApplication) *clientApplication {
	return &clientApplication{
		ClientID:       text.Clean(a.ClientID),
		DisplayName:    text.Clean(a.DisplayName),
		IsConfidential: a.IsConfidential,
		RedirectURIs:   text.CleanList(a.RedirectURIs),
		CreatedOn:      directory.ShowTime(a.CreatedOn),
	}
}

type clientApplicationsResult struct {
	result.Result
	ClientApplications []clientApplication `json:"clientApplications"`
}

func listClientApplications(ctx context.Context, c *call.Call, _ struct{}) (result.Reply, error) {
	var list []awork.ClientApplication
	var incomplete error
	var users directory.UserList
	var g errgroup.Group
	g.Go(func() (err error) {
		list, incomplete = c.Awork.ListClientApplications(ctx)
		_, err = directory.IgnoreIncomplete(list, incomplete)
		return err
	})
	g.Go(func() (err error) { users, err = c.Directory.ReadUsers(ctx); return err })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	members := map[string]int{}
	for _, u := range users.All {
		members[u.ClientID]++
	}
	r := &clientApplicationsResult{ClientApplications: []clientApplication{}}
	for _, a := range list {
		shown, n := showClient(a), members[a.ClientID]
		shown.APIUsers = &n
		r.ClientApplications = append(r.ClientApplications, *shown)
	}
	slices.SortFunc(
		r.ClientApplications,
		func(a, b clientApplication) int { return cmp.Compare(a.ClientID, b.ClientID) },
	)
	if incomplete != nil {
		r.Warnings = append(r.Warnings, "awork says that there are more client applications than it sent: this list is "+
			"not complete.")
	}
	r.Warnings = append(r.Warnings, users.Warnings("more may belong to a client application than are counted here")...)
	r.Outcome, r.Message = result.Found, text.Count(len(list), "client application")+"."
	return r, nil
}
