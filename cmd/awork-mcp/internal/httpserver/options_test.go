package httpserver

import (
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	const loopback = "127.0.0.1:8080"
	tests := map[string]struct {
		o    Options
		want string
	}{
		"no address":     {Options{}, "set host:port"},
		"no port":        {Options{Listen: "127.0.0.1"}, "set host:port"},
		"named port":     {Options{Listen: "127.0.0.1:http"}, "set host:port"},
		"big port":       {Options{Listen: "127.0.0.1:65536"}, "set host:port"},
		"all interfaces": {Options{Listen: ":8080"}, "callers are not authenticated: set one on loopback"},
		"unspecified":    {Options{Listen: "0.0.0.0:8080"}, "such as 127.0.0.1:8080"},
		"unspecified v6": {Options{Listen: "[::]:8080"}, "not on loopback"},
		"outside":        {Options{Listen: "192.168.0.2:80"}, "not on loopback"},
		"a name":         {Options{Listen: "example.com:80"}, "not on loopback"},
		"null":           {Options{Listen: loopback, AllowedOrigins: []string{"null"}}, `allowed origin "null"`},
		"any":            {Options{Listen: loopback, AllowedOrigins: []string{"*"}}, `allowed origin "*"`},
		"any host":       {Options{Listen: loopback, AllowedOrigins: []string{"https://*"}}, "not an origin"},
		"any subdomain": {
			Options{Listen: loopback, AllowedOrigins: []string{"https://*.example.com"}},
			"not an origin",
		},
		"a path": {
			Options{Listen: loopback, AllowedOrigins: []string{"https://a.example/"}},
			"not an origin",
		},
		"no scheme": {Options{Listen: loopback, AllowedOrigins: []string{"a.example"}}, "not an origin"},
		"a URL as host": {
			Options{Listen: loopback, AllowedHosts: []string{"https://a.example"}},
			"allowed host",
		},
		"any name":         {Options{Listen: loopback, AllowedHosts: []string{"*"}}, "allowed host"},
		"host with port 0": {Options{Listen: loopback, AllowedHosts: []string{"a:0"}}, "not a port"},
		"public ftp":       {Options{Listen: loopback, PublicURL: "ftp://a.example"}, "set an http or https URL"},
		"public name":      {Options{Listen: loopback, PublicURL: "a.example"}, "set an http or https URL"},
		"public without":   {Options{Listen: loopback, PublicURL: "https://"}, "set an http or https URL"},
		"public with user": {
			Options{Listen: loopback, PublicURL: "https://u:p@a.example"},
			`"https://u:xxxxx@a.example" holds a user name or password`,
		},
		"public with query": {
			Options{Listen: loopback, PublicURL: "https://a.example?x"},
			"set an http or https URL",
		},
		"public unparseable": {Options{Listen: loopback, PublicURL: "https://a b"}, "set an http or https URL"},
		"negative grace":     {Options{Listen: loopback, Grace: -1}, "negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(server.NewMCPServer("test", "1"), test.o)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, test.want)
			}
		})
	}
}

func TestNewTakes(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{Listen: "127.0.0.1:0"},
		{Listen: "127.9.9.9:80"},
		{Listen: "localhost:80"},
		{Listen: "[::1]:80", PublicURL: "http://mcp.example.com:8080/awork/"},
		{Listen: "127.0.0.1:80", AllowedOrigins: []string{"vscode-webview://abc", "http://[::1]:3000"}, AllowedHosts: []string{"a_b.internal"}},
		{Listen: "127.0.0.1:80", Stateless: true},
	} {
		f, err := New(server.NewMCPServer("test", "1"), o)
		if err != nil {
			t.Errorf("%+v: %v", o, err)
			continue
		}
		f.Close()
	}
}
