package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
)

// givenFlags returns the program's own flags that are on the command line.
func givenFlags(k *kong.Context) []*kong.Flag {
	var given []*kong.Flag
	for _, p := range k.Path {
		if p.Flag != nil && !p.Resolved && slices.Contains(settingFlags(k), p.Flag) && !slices.Contains(given, p.Flag) {
			given = append(given, p.Flag)
		}
	}
	return given
}

func settingFlags(k *kong.Context) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(k.Model.Flags), isBuiltIn)
}

func isGiven(given []*kong.Flag, name string) bool {
	return slices.ContainsFunc(given, func(f *kong.Flag) bool { return f.Name == name })
}

// launchArgs returns flags as arguments with which the server can be launched
// from any folder: paths are absolute.
func launchArgs(given []*kong.Flag) []string {
	var args []string
	for _, f := range given {
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
				if absolute, err := filepath.Abs(text); err == nil {
					text = absolute
				}
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

// launchable refuses settings with which the server would not start.
func (s *settings) launchable(c *console, given []*kong.Flag) error {
	try := *s
	try.TokenFile, try.Journal = "", ""
	if !try.Sandbox {
		try.Sandbox, try.BaseURL = true, ""
	}
	if _, err := try.build(c, buildOptions{}); err != nil {
		return err
	}
	if isGiven(given, "base-url") {
		if _, err := awork.New(awork.Config{BaseURL: s.BaseURL, Version: version()}); err != nil {
			return usage("%v", err)
		}
	}
	if isGiven(given, "token-file") {
		from := s.credentials(s.logger(c.stderr))
		from.Token = "" // the host has an environment of its own
		if _, err := from.Open(); err != nil {
			return usage("%v", err)
		}
	}
	return nil
}

// warnUncopied names the settings of this environment that the host won't see, and
// warns if it will find no token.
func (s *settings) warnUncopied(k *kong.Context, c *console, given []*kong.Flag) {
	for _, f := range settingFlags(k) {
		if name := variable(f.Name); os.Getenv(name) != "" && !slices.Contains(given, f) {
			c.warnf("%s of this environment is not copied: give --%s to have the server run with it.", name, f.Name)
		}
	}
	if isGiven(given, "sandbox") && s.Sandbox || isGiven(given, "token-file") {
		return
	}
	if strings.TrimSpace(os.Getenv("AWORK_TOKEN")) != "" {
		c.warnf("AWORK_TOKEN of this environment is not copied: no token is ever written into a host's file.")
	}
	from := s.credentials(slog.New(slog.DiscardHandler))
	from.Token, from.File = "", ""
	if _, err := from.Open(); err != nil {
		c.warnf("The host will find no awork token: put it into the file %s, or sign in with `awork-mcp login`, "+
			"or give --token-file.", credentials.DefaultFile())
	}
}
