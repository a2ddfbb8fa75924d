// Command release packs the binaries of a release into MCP bundles, and writes
// the server.json with which the MCP registry lists them. The bundles are the
// same byte for byte whenever they are packed of the same binaries.
//
//	go run ./cmd/awork-mcp/internal/release -version 0.1.0 -out DIR linux/amd64=PATH darwin/arm64=PATH …
//
// server.json lists all bundles of the version in the folder. goreleaser packs
// each binary when it is built, with -bundles, which writes no server.json, and
// uploads the bundles; the command without binaries then writes it:
//
//	go run ./cmd/awork-mcp/internal/release -version 0.1.0 -out dist/bundles
//
// The formats are those of https://github.com/anthropics/mcpb (manifest 0.3) and
// https://github.com/modelcontextprotocol/registry.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	version := flag.String("version", "", "version of the release, such as 0.1.0")
	out := flag.String("out", "", "folder to write to")
	bundles := flag.Bool("bundles", false, "write the bundles alone, and no server.json")
	flag.Parse()
	err := writeBundles(*version, *out, flag.Args())
	if err == nil && !*bundles {
		err = writeServer(*version, *out)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// writeBundles writes a bundle for every platform=path of binaries.
func writeBundles(version, out string, binaries []string) error {
	if version == "" || out == "" {
		return errors.New("give -version and -out")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, binary := range binaries {
		platform, path, ok := strings.Cut(binary, "=")
		goos, arch, ok2 := strings.Cut(platform, "/")
		if !ok || !ok2 {
			return fmt.Errorf("%q is not os/arch=path", binary)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		bundle, err := pack(version, goos, content)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("awork-mcp_%s_%s_%s.mcpb", version, goos, arch)
		if err := os.WriteFile(filepath.Join(out, name), bundle, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeServer writes the server.json of a version's bundles.
func writeServer(version, out string) error {
	paths, err := filepath.Glob(filepath.Join(out, "awork-mcp_"+version+"_*.mcpb"))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("%s has no bundle of version %s: give os/arch=path of the binaries", out, version)
	}
	var packages []any
	for _, path := range paths {
		bundle, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		packages = append(packages, registryPackage(version, filepath.Base(path), bundle))
	}
	server, err := fill(serverTemplate, map[string]any{
		"version": version, "packages": packages, "icons": registryIcons(version)})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "server.json"), server, 0o644)
}

// fill sets fields of a JSON object.
func fill(template []byte, fields map[string]any) ([]byte, error) {
	var m map[string]any
	if err := json.Unmarshal(template, &m); err != nil {
		return nil, err
	}
	maps.Copy(m, fields)
	return json.MarshalIndent(m, "", "  ")
}
