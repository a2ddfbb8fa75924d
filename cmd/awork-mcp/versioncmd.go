package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// version returns the program's version from the build information.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(c *console) error {
	_, err := fmt.Fprintf(c.stdout, "awork-mcp %s (%s, %s/%s)\n",
		version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// versionFlag prints the version instead of running a command.
type versionFlag bool

// BeforeReset implements [kong.BeforeReset].
func (versionFlag) BeforeReset(k *kong.Kong, c *console) error {
	if err := (versionCommand{}).Run(c); err != nil {
		return err
	}
	k.Exit(exitOK)
	return nil
}
