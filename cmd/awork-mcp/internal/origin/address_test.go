package origin

import (
	"errors"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]struct {
		spelling     string
		err          error
		loopback, ip bool
	}{
		"localhost":              {spelling: "localhost", loopback: true},
		"LocalHost:080":          {spelling: "localhost:80", loopback: true},
		"a.localhost":            {spelling: "a.localhost", loopback: true},
		"alocalhost":             {spelling: "alocalhost"},
		"localhost.a":            {spelling: "localhost.a"},
		"a":                      {spelling: "a"},
		"az-09_AZ.z:65535":       {spelling: "az-09_az.z:65535"},
		"127.0.0.1:1":            {spelling: "127.0.0.1:1", loopback: true, ip: true},
		"127.255.255.255":        {spelling: "127.255.255.255", loopback: true, ip: true},
		"10.0.0.1":               {spelling: "10.0.0.1", ip: true},
		"[::1]":                  {spelling: "[::1]", loopback: true, ip: true},
		"[0:0::1]:8080":          {spelling: "[::1]:8080", loopback: true, ip: true},
		"[::ffff:127.0.0.1]":     {spelling: "127.0.0.1", loopback: true, ip: true},
		"[2001:DB8::1]:9":        {spelling: "[2001:db8::1]:9", ip: true},
		"":                       {err: errHost},
		".":                      {err: errHost},
		"a..b":                   {err: errHost},
		"localhost.":             {err: errHost},
		"*.example.com":          {err: errHost},
		"user@example.com":       {err: errHost},
		"a b":                    {err: errHost},
		"a/b":                    {err: errHost},
		"a`b":                    {err: errHost},
		"a{b":                    {err: errHost},
		"münchen.example":        {err: errHost},
		"[::1":                   {err: errHost},
		"[::1]x":                 {err: errHost},
		"[::1]8080":              {err: errHost},
		"[127.0.0.1]":            {err: errHost},
		"[localhost]":            {err: errHost},
		"[fe80::1%eth0]":         {err: errHost},
		"::1":                    {err: errHost},
		"localhost:":             {err: errPort},
		"localhost:0":            {err: errPort},
		"localhost:65536":        {err: errPort},
		"localhost:+1":           {err: errPort},
		"localhost:1:1":          {err: errPort},
		"localhost:http":         {err: errPort},
		"[::1]:":                 {err: errPort},
		strings.Repeat("a", 300): {spelling: strings.Repeat("a", 300)},
	} {
		a, err := parseAddress(s)
		if !errors.Is(err, want.err) || err == nil && a.String() != want.spelling {
			t.Errorf("%q: %q %v", s, a, err)
		}
		if a.isLoopback() != want.loopback || IsIP(s) != want.ip {
			t.Errorf("%q: loopback %t, IP %t", s, a.isLoopback(), IsIP(s))
		}
	}
}

func TestParseOrigin(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"http://localhost":        "http://localhost:80",
		"HTTPS://Example.com":     "https://example.com:443",
		"https://example.com:80":  "https://example.com:80",
		"http://[::1]":            "http://[::1]:80",
		"app://host":              "app://host",
		"az+a-z.09://[::1]":       "az+a-z.09://[::1]",
		"":                        "",
		"null":                    "",
		"example.com":             "",
		"://example.com":          "",
		"//example.com":           "",
		"1a://example.com":        "",
		"+://example.com":         "",
		"a_b://example.com":       "",
		"a`://example.com":        "",
		"a{://example.com":        "",
		"a :https://example.com":  "",
		"https://example.com/":    "",
		"https://example.com/a":   "",
		"https://example.com:0":   "",
		"https://a@example.com":   "",
		"https://":                "",
		"https://*.example.com":   "",
		"https://example.com://a": "",
	} {
		o, err := parseOrigin(s)
		if want == "" {
			if !errors.Is(err, errOrigin) {
				t.Errorf("%q: %q %v", s, o, err)
			}
		} else if err != nil || o.String() != want {
			t.Errorf("%q: %q %v", s, o, err)
		}
	}
}
