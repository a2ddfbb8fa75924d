package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/awork-mcp/awork-mcp/awork"
)

// ClientApplication is a client application as results show it.
type ClientApplication struct {
	ClientID       string          `json:"clientId"`
	DisplayName    string          `json:"displayName,omitempty"`
	IsConfidential bool            `json:"isConfidential"`
	RedirectURIs   []string        `json:"redirectUris,omitempty"`
	CreatedOn      awork.Timestamp `json:"createdOn,omitempty"`
	// APIUsers counts the API users that belong to it, in a list.
	APIUsers *int `json:"apiUsers,omitempty"`
}

type clientApplicationsResult struct {
	Result
	ClientApplications []ClientApplication `json:"clientApplications"`
}

func listClientApplications() *tool {
	return reading(spec{
		name: "list_client_applications", title: "List client applications", idempotent: true,
		description: "List the workspace's client applications, with how many API users belong to each.",
		output:      []property{{"clientApplications", "array"}},
	}, func(*struct{}) []field { return nil }, func(ctx context.Context, c *call, _ struct{}) (reply, error) {
		c.doing = "list the client applications"
		list, incomplete := c.account.client.ListClientApplications(ctx)
		if _, err := asFarAsItCame(list, incomplete); err != nil {
			return nil, err
		}
		users, err := c.account.roster(ctx)
		if err != nil {
			return nil, err
		}
		uses := map[string]int{}
		for _, u := range users.all {
			uses[u.ClientID]++
		}
		r := &clientApplicationsResult{ClientApplications: []ClientApplication{}}
		for _, a := range list {
			shown, n := showClient(a), uses[a.ClientID]
			shown.APIUsers = &n
			r.ClientApplications = append(r.ClientApplications, *shown)
		}
		slices.SortFunc(r.ClientApplications, func(a, b ClientApplication) int { return cmp.Compare(a.ClientID, b.ClientID) })
		if incomplete != nil {
			r.Warnings = append(r.Warnings, "awork says that there are more client applications than it sent: this list is not complete.")
		}
		r.Warnings = append(r.Warnings, users.warnings("more may belong to a client application than are counted here")...)
		r.Outcome, r.Message = Found, fmt.Sprintf("%d client applications.", len(list))
		return r, nil
	})
}
