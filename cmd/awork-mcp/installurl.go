package main

import (
	"net"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/hosts"
)

// hosted fills in where the server is hosted and how the host authenticates.
func (i *installCommand) hosted(k *kong.Context, server *hosts.Server) error {
	for _, f := range commandLineFlags(k) {
		if f.Name != "workspace" {
			return usage("--%s is a setting of the server at %s, which is set there: leave it out", f.Name, i.URL)
		}
	}
	if err := checkServerURL(i.URL); err != nil {
		return err
	}
	server.URL = i.URL
	if i.BearerEnv != "" {
		server.Headers = append(server.Headers, hosts.Bearer(i.BearerEnv))
	}
	if i.AworkTokenEnv != "" {
		server.Headers = append(server.Headers, hosts.Header{Name: "X-Awork-Token", Variable: i.AworkTokenEnv})
	}
	if strings.EqualFold(i.BearerEnv, "AWORK_TOKEN") {
		return usage("--bearer-env: AWORK_TOKEN holds a token for awork itself, to which awork-mcp would send this one:" +
			" use another name, such as TEAM_MCP_TOKEN")
	}
	if err := checkVariable("bearer-env", i.BearerEnv); err != nil {
		return err
	}
	return checkVariable("awork-token-env", i.AworkTokenEnv)
}

// checkVariable refuses the name of a variable that is none, or that this program
// takes for a setting of its own.
func checkVariable(flag, name string) error {
	switch {
	case name == "":
		return nil
	case !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`).MatchString(name):
		return usage("--%s wants the name of a variable of the environment, such as TEAM_TOKEN, and never a token", flag)
	case isOurs(name), slices.Contains([]string{"AWORK_TOKEN_FILE", "AWORK_BASE_URL"}, strings.ToUpper(name)):
		return usage("--%s: awork-mcp takes %s for a setting of its own: use another name, such as TEAM_TOKEN", flag, name)
	}
	return nil
}

// checkServerURL refuses an address to which a token must not be sent.
func checkServerURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return usage("--url wants the address of the server, such as https://mcp.example.com/mcp")
	}
	if u.User != nil {
		return usage("--url must not hold a name or a password: it is written into a file")
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return usage("--url must be https; plain http goes to this machine only")
	}
	return nil
}

// explainHosted says how the host connects, where it takes the tokens from, and
// whether it asks anybody.
func (i *installCommand) explainHosted(c *console, host hosts.Host, file string) {
	if host.Bridge != "" {
		c.warnf("%s's file has servers that are launched only, so npx launches %s, which connects to %s."+
			" The host's own settings may have another way.", host.Name, host.Bridge, i.URL)
		if _, err := exec.LookPath("npx"); err != nil {
			c.warnf("There is no npx here: install Node.js.")
		}
	}
	if host.Asks == hosts.Nobody {
		c.warnf("%s shows no questions of awork-mcp, and asks nobody before a tool deletes something."+
			" To have each delete confirmed in a second call, the server at %s needs --confirm strict.", host.Name, i.URL)
	}
	if i.BearerEnv == "" {
		c.warnf("If the server at %s wants a token instead of a sign-in, add --bearer-env NAME:"+
			" the variable that holds it.", i.URL)
	}
	for _, name := range []string{i.BearerEnv, i.AworkTokenEnv} {
		switch {
		case name == "":
		case host.Prompts:
			c.warnf("%s asks for %s when it starts the server, and stores it encrypted.", host.Name, name)
		case host.Bridge != "":
			value := "the token"
			if name == i.BearerEnv {
				value = `"Bearer ", then the token`
			}
			c.warnf("%s hands no variables on: add %s to env of the entry (%s), and see that nobody else can read %s.",
				host.Name, name, value, file)
		case strings.TrimSpace(os.Getenv(name)) == "":
			c.warnf("%s is not set here: set it in the environment in which %s is started.", name, host.Name)
		}
	}
}
