package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/hosts"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// setFlags returns the program's own flags that are on the command line or set by
// their variables.
func setFlags(k *kong.Context) []*kong.Flag {
	var set []*kong.Flag
	for _, p := range k.Path {
		if p.Flag != nil && slices.Contains(settingFlags(k), p.Flag) && !slices.Contains(set, p.Flag) {
			set = append(set, p.Flag)
		}
	}
	return set
}

// commandLineFlags returns the program's own flags that are on the command line.
func commandLineFlags(k *kong.Context) []*kong.Flag {
	var given []*kong.Flag
	for _, p := range k.Path {
		if p.Flag != nil && !p.Resolved && slices.Contains(settingFlags(k), p.Flag) {
			given = append(given, p.Flag)
		}
	}
	return given
}

func settingFlags(k *kong.Context) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(k.Model.Flags), isBuiltIn)
}

func isSet(set []*kong.Flag, name string) bool {
	return slices.ContainsFunc(set, func(f *kong.Flag) bool { return f.Name == name })
}

// launchArgs returns flags as arguments with which the server can be launched
// from any folder: paths are absolute.
func launchArgs(set []*kong.Flag) []string {
	var args []string
	for _, f := range set {
		values := []reflect.Value{f.Target}
		if f.Target.Kind() == reflect.Slice {
			values = nil
			for i := range f.Target.Len() {
				values = append(values, f.Target.Index(i))
			}
		}
		for i, v := range values {
			text := fmt.Sprint(v.Interface())
			hasFolder := strings.ContainsAny(text, `/`+string(filepath.Separator))
			if isPath(f) || f.Name == "deliver-command" && i == 0 && hasFolder {
				text = absolute(text)
			}
			if text == "true" && v.Kind() == reflect.Bool {
				args = append(args, "--"+f.Name)
			} else {
				args = append(args, "--"+f.Name+"="+text)
			}
		}
	}
	return args
}

// absolute returns a path that is the same from every folder.
func absolute(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		return absolute
	}
	return path
}

// launchable refuses settings with which the server would not start.
func (s *settings) launchable(c *console, set []*kong.Flag) error {
	try := *s
	try.TokenFile, try.Journal, try.Workspace = "", "", ""
	if !try.Sandbox {
		try.Sandbox, try.BaseURL = true, ""
	}
	if _, err := try.build(c, buildOptions{}); err != nil {
		return err
	}
	if isSet(set, "base-url") && !s.Sandbox {
		// Any token does: nothing is sent to the address.
		tokens, err := credentials.Config{Token: sandbox.AdminToken}.Open(context.Background())
		if err != nil {
			return err
		}
		if _, err := awork.New(awork.Config{BaseURL: s.BaseURL, Tokens: tokens, Version: version()}); err != nil {
			return usage("%v", err)
		}
	}
	if isSet(set, "token-file") && !s.Sandbox {
		from := s.credentials(s.logger(c.stderr))
		from.Token = "" // the host has an environment of its own
		if _, err := from.Open(context.Background()); err != nil {
			return usage("%v", err)
		}
	}
	return nil
}

// tokenArgs returns the argument that names the default token file, where a host
// would look for it elsewhere, and warns where it would find no token. It refuses
// to leave a choice between several sign-ins to the host.
func (s *settings) tokenArgs(c *console, set []*kong.Flag) ([]string, error) {
	if s.Sandbox || isSet(set, "token-file") {
		return nil, nil
	}
	hasToken := strings.TrimSpace(os.Getenv("AWORK_TOKEN")) != ""
	if hasToken {
		c.warnf("AWORK_TOKEN of this environment is not copied: no token is ever written into a host's file.")
	}
	if file := credentials.DefaultFile(); movedFolder() && isFile(file) {
		return []string{"--token-file=" + file}, nil
	}
	from := s.credentials(slog.New(slog.DiscardHandler))
	from.Token, from.File = "", ""
	_, err := from.Open(context.Background())
	switch {
	case errors.Is(err, signin.ErrSeveral) && !hasToken:
		return nil, usage("%v", err)
	case err != nil:
		c.warnf("The host will find no awork token: put it into the file %s, or sign in with `awork-mcp login`, "+
			"or give --token-file.", credentials.DefaultFile())
	}
	return nil, nil
}

// movedFolder reports whether a variable that hosts may not pass on says where
// the user's configuration is.
func movedFolder() bool {
	dir, err := os.UserConfigDir()
	home, homeErr := os.UserHomeDir()
	return err == nil && homeErr == nil && os.Getenv("XDG_CONFIG_HOME") == dir && dir != filepath.Join(home, ".config")
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// warnEnvironment names what of this environment the server needs and the host
// does not hand on to it.
func (s *settings) warnEnvironment(c *console, host hosts.Host, file string) {
	if s.Sandbox || host.PassesEnvironment {
		return
	}
	names := []string{"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}
	if movedFolder() && s.TokenFile == "" && !isFile(credentials.DefaultFile()) {
		names = append(names, "XDG_CONFIG_HOME") // the sign-in is there
	}
	for _, name := range names {
		if os.Getenv(name) != "" {
			c.warnf("%s is set here, and %s may not hand it on to the server: add it to env of the entry in %s.",
				name, host.Name, file)
		}
	}
}
