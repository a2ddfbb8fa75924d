package tools

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

const (
	maxRedirectURIs      = 20
	maxRedirectURILength = 2000
)

// checkRedirectURIs refuses redirect URIs that nobody can be sent back to, and
// those that a person could not read as they are or that run what is in them.
func checkRedirectURIs(uris []string) error {
	if len(uris) > maxRedirectURIs {
		return result.Refuse(result.InvalidInput, "redirectUris may be %d at most; received %d.", maxRedirectURIs, len(uris))
	}
	for _, uri := range uris {
		if why := badRedirectURI(uri); why != "" {
			return result.Refuse(result.InvalidInput, "redirectUris: %s; received %s.", why, text.Quote(uri))
		}
	}
	return nil
}

// badRedirectURI says what is wrong with a redirect URI; nothing where nothing is.
func badRedirectURI(uri string) string {
	if utf8.RuneCountInString(uri) > maxRedirectURILength {
		return fmt.Sprintf("each may have %d characters at most", maxRedirectURILength)
	}
	if strings.IndexFunc(uri, func(r rune) bool { return r == ' ' || r == utf8.RuneError || !text.Visible(r) }) >= 0 {
		return "each must be free of white space and of control, bidirectional and invisible characters"
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" {
		return "each must be an absolute URL, such as https://example.com/callback"
	}
	web := u.Scheme == "https" || u.Scheme == "http"
	switch {
	case u.Scheme == "javascript", u.Scheme == "data", u.Scheme == "vbscript":
		return "none may run what is in it"
	case u.User != nil:
		return "none may hold a user name, which would look like its host"
	case !web && u.Opaque != "" && u.Scheme != "urn":
		return "each must be an absolute URL: " + text.Quote(u.Scheme) + " is no scheme; put https:// before it"
	case web && u.Hostname() == "", !web && u.Host == "" && u.Opaque == "" && strings.Trim(u.Path, "/") == "":
		return "each must say where to go after its scheme, such as https://example.com/callback"
	}
	return ""
}

// redirectURILines are redirect URIs as a question shows them, one line each, and
// long enough to show where each leads.
func redirectURILines(head string, uris []string) string {
	if len(uris) == 0 {
		return ""
	}
	for _, uri := range uris {
		head += "\n• " + strconv.Quote(text.Clean(uri))
	}
	return head + "\n"
}

// without are the texts of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
