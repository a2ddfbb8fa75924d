package signin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// Requests that are not this sign-in's redirect change nothing.
func TestHostileRedirects(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Ask: func(address, _ string) error {
		back, state := redirectOf(t, address)
		for query, want := range map[string]int{
			"":                                       400,
			"code=stolen":                            400,
			"code=stolen&state=":                     400,
			"code=stolen&state=wrong":                400,
			"error=access_denied&state=wrong":        400,
			"code=c&state=" + state + "&state=other": 400,
			"code=c&state=" + state + "%00":          400,
			"code=c&state=" + state[:10]:             400,
			"state=%zz" + state:                      400,
			"code=c;state=" + state:                  400,
			"code=" + strings.Repeat("x", 64<<10):    431,
		} {
			if got := s.show(back.String() + "?" + query); got != want {
				t.Errorf("?%.60s: %d, want %d", query, got, want)
			}
		}
		for _, path := range []string{"/", "/favicon.ico", "/oauth/callback/", "/oauth"} {
			if got := s.show("http://" + back.Host + path + "?code=c&state=" + state); got != 404 {
				t.Errorf("%s: %d", path, got)
			}
		}
		response, err := http.Post(back.String()+"?code=c&state="+state, "text/plain", nil)
		if err != nil || response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST: %v %v", response, err)
			return err
		}
		_ = response.Body.Close()
		return s.browse(address, "")
	}})
	s.note(err)
	if err != nil {
		t.Fatal(err)
	}
	s.token(s.session())
}

// A redirect with the right state is taken once, whatever else it carries.
func TestMalformedRedirects(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", "&code=", "&code=a&code=b", "&code=a&error=access_denied",
		"&error=access_denied&error=x", "&error=" + strings.Repeat("e", 100)} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Ask: func(address, _ string) error {
				back, state := redirectOf(t, address)
				return s.browse(back.String()+"?state="+state+query, "")
			}})
			if err == nil || !strings.Contains(err.Error(), "invalid_response") {
				t.Errorf("%v", err)
			}
			if n := s.awork.count("token"); n > 0 {
				t.Errorf("%d requests for tokens", n)
			}
		})
	}
}
