package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/httpserver"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/statestore"
)

// memoryLimit keeps the collector ahead of a thousand busy sessions.
const memoryLimit = 80 << 20

type httpCommand struct {
	Listen         string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen; 0 takes a free port."`
	AllowedHosts   list   `placeholder:"HOST" help:"Host names that requests may carry, beside this server's own."`
	AllowedOrigins list   `placeholder:"ORIGIN" help:"Origins of web pages that may call this server."`
	PublicURL      string `placeholder:"URL" help:"Address under which a proxy serves this server."`

	Auth string `enum:"none,bearer,oidc" default:"none" placeholder:"none|bearer|oidc" help:"How callers are known."`

	AuthTokenFile string `placeholder:"PATH" help:"Callers for --auth bearer, one a line."`
	OIDCIssuer    string `name:"oidc-issuer" placeholder:"URL" help:"Issuer of the tokens for --auth oidc."`
	OIDCAudience  string `name:"oidc-audience" placeholder:"NAME" help:"Audience that these tokens must name."`

	Credentials string `enum:"server,caller" default:"server" placeholder:"server|caller" help:"Whose token is taken."`

	MetricsListen string `placeholder:"HOST:PORT" help:"Address of its own for /metrics."`
	Stateless     bool   `help:"Keep no sessions, so that any replica can answer any request."`
	StateStore    string `placeholder:"URL" help:"Valkey or Redis that replicas share, such as redis://host:6379."`
}

// Help returns what the flags have no place for.
func (h *httpCommand) Help() string {
	return "--auth none serves loopback only. A line of the file for --auth bearer is a token or 'name token scopes'. " +
		"With --credentials caller, every request brings its awork token in X-Awork-Token, and neither the default token " +
		"file nor a sign-in is read. In the state store, replicas mark answers as used."
}

// Run implements the command.
func (h *httpCommand) Run(c *console, s *settings) error {
	ctx, cancel := signalContext()
	defer cancel()
	counted := metrics.New()
	if h.MetricsListen != "" && !isAddress(h.MetricsListen) {
		return usage("--metrics-listen %q: set host:port, such as 127.0.0.1:9090", h.MetricsListen)
	}
	serverToken := strings.TrimSpace(os.Getenv("AWORK_TOKEN")) != "" || s.TokenFile != ""
	if h.Credentials == "caller" && serverToken && !s.Sandbox {
		return usage("--credentials caller uses each request's awork token, and a server token is set too: " +
			"unset AWORK_TOKEN and --token-file, or leave --credentials out")
	}
	b := buildOptions{
		metrics: counted, callersToken: h.Credentials == "caller", listCode: true, stateless: h.Stateless,
	}
	var store *statestore.Store
	if h.StateStore != "" {
		var err error
		if store, err = statestore.New(h.StateStore); err != nil {
			return usage("--state-store: %v", err)
		}
		defer store.Close()
		b.answers = store
	}
	p, err := s.build(c, b)
	if err != nil {
		return err
	}
	go p.watchJournal(ctx)
	if err := h.checkReplicas(ctx, p, s.Confirm, store); err != nil {
		return err
	}
	o, err := h.options(ctx, p, counted)
	if err != nil {
		return err
	}
	web, err := httpserver.New(p.server, o)
	if err != nil {
		return usage("%v (see --listen, --auth, --allowed-hosts, --allowed-origins and --public-url)", err)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ln, err := listen(ctx, h.Listen, "--listen")
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	if h.MetricsListen != "" {
		metricsLn, err := listen(ctx, h.MetricsListen, "--metrics-listen")
		if err != nil {
			return err
		}
		p.log.Info("serving metrics", "address", urlOf(metricsLn)+"/metrics")
		g.Go(func() error { return web.ServeMetrics(ctx, metricsLn) })
	}
	p.log.Info("serving MCP", "streamable", urlOf(ln)+"/mcp", "sse", urlOf(ln)+"/sse")
	g.Go(func() error { return web.Serve(ctx, ln) })
	return g.Wait()
}

// checkReplicas refuses what could let one yes make several secrets at several
// replicas, and warns of what keeps replicas from working together.
func (h *httpCommand) checkReplicas(ctx context.Context, p *program, confirm string, store *statestore.Store) error {
	if store != nil {
		if err := store.Check(ctx); err != nil {
			p.log.Warn("what needs the state store is refused until it answers", "error", err)
		}
	}
	if !h.Stateless {
		return nil
	}
	if names := p.tools.MakingSecrets(); store == nil && confirm != "never" && len(names) > 0 {
		return usage("--stateless could let one yes make several secrets with %s: set --state-store or --confirm never, "+
			"or leave them out of --tools", strings.Join(names, ", "))
	}
	if os.Getenv("AWORK_MCP_STATE_KEY") == "" {
		p.log.Warn("replicas can't finish each other's confirmations without one AWORK_MCP_STATE_KEY for all")
	}
	return nil
}

func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	return err == nil
}

func listen(ctx context.Context, address, flag string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("can't listen: %w (choose another address with %s)", err, flag)
	}
	return ln, nil
}

// urlOf returns where ln can be reached on this machine.
func urlOf(ln net.Listener) string {
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if ip := net.ParseIP(host); err == nil && ip.IsUnspecified() {
		return "http://127.0.0.1:" + port
	}
	return "http://" + ln.Addr().String()
}

// options are those of the server.
func (h *httpCommand) options(ctx context.Context, p *program, counted *metrics.Metrics) (httpserver.Options, error) {
	auth, err := h.authenticator(ctx, p)
	if err != nil {
		return httpserver.Options{}, err
	}
	r := &requests{authenticated: auth != nil, client: p.client, api: p.api, bind: p.bind}
	o := httpserver.Options{
		Listen: h.Listen, AllowedHosts: h.AllowedHosts, AllowedOrigins: h.AllowedOrigins, PublicURL: h.PublicURL,
		Stateless: h.Stateless, Auth: auth, Prepare: r.prepare, WithTraceparent: awork.WithTraceparent, Log: p.log,
		Metrics: counted, MetricsElsewhere: h.MetricsListen != "",
	}
	if p.client == nil {
		r.accounts = newAccounts(r.openAccount)
	} else {
		o.Ready = r.ready
	}
	return o, nil
}

// authenticator returns what authenticates callers; nil serves everybody.
func (h *httpCommand) authenticator(ctx context.Context, p *program) (httpserver.Authenticator, error) {
	switch {
	case h.Auth != "bearer" && h.AuthTokenFile != "":
		return nil, usage("--auth-token-file goes with --auth bearer")
	case h.Auth != "oidc" && (h.OIDCIssuer != "" || h.OIDCAudience != ""):
		return nil, usage("--oidc-issuer and --oidc-audience go with --auth oidc")
	}
	switch h.Auth {
	case "bearer":
		if h.AuthTokenFile == "" {
			return nil, usage("--auth bearer needs to know its callers: set --auth-token-file")
		}
		b, err := callerauth.NewBearer(h.AuthTokenFile, p.log)
		if err != nil {
			return nil, usage("--auth-token-file: %v", err)
		}
		return b, nil
	case "oidc":
		if h.OIDCIssuer == "" || h.OIDCAudience == "" {
			return nil, usage("--auth oidc needs to know whose tokens to take: set --oidc-issuer and --oidc-audience")
		}
		i, err := callerauth.NewOIDC(
			ctx,
			callerauth.OIDCOptions{Issuer: h.OIDCIssuer, Audience: h.OIDCAudience, Log: p.log},
		)
		if err != nil {
			return nil, usage("--oidc-issuer: %v", err)
		}
		return i, nil
	}
	return nil, nil
}
