package httpserver

import (
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
)

// Two libraries' clients find their way from a refusal to the issuer. The second
// holds the metadata to the letter of the RFC.
func TestRealClientsFollowTheChallenge(t *testing.T) {
	t.Parallel()
	const issuer = "https://id.example.com/realm"
	x := start(t, Options{Auth: book{issuer}})
	tr, err := transport.NewStreamableHTTP(x.url+"/mcp", transport.WithHTTPBasicClient(x.client))
	if err != nil {
		t.Fatal(err)
	}
	c := client.NewClient(tr)
	defer func() { _ = c.Close() }()
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = c.Initialize(t.Context(), mcp.InitializeRequest{})
	if url := client.GetResourceMetadataURL(err); url != x.url+wellKnown+"/mcp" {
		t.Errorf("mcp-go is sent to %q by %v", url, err)
	}

	for _, path := range []string{"/mcp", "/sse"} {
		_, _, header := x.send("GET", path, "", bearer("eve")...)
		challenges, err := oauthex.ParseWWWAuthenticate(header.Values("WWW-Authenticate"))
		if err != nil || len(challenges) != 1 || challenges[0].Scheme != "bearer" {
			t.Fatalf("%s: %+v, %v", path, challenges, err)
		}
		params := challenges[0].Params
		if params["error"] != "invalid_token" || params["scope"] != strings.Join(callerauth.Scopes(), " ") {
			t.Errorf("%s: %v", path, params)
		}
		got, err := oauthex.GetProtectedResourceMetadata(t.Context(), params["resource_metadata"], x.url+path,
			x.client)
		if err != nil || !slices.Equal(got.AuthorizationServers, []string{issuer}) {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
	}
	if _, err := oauthex.GetProtectedResourceMetadata(t.Context(), x.url+wellKnown, x.url, x.client); err != nil {
		t.Error(err)
	}
}
