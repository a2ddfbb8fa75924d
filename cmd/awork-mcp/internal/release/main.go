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
	"archive/zip"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/tools"
)

//go:embed manifest.json
var manifestTemplate []byte

//go:embed server.json
var serverTemplate []byte

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
		if err := os.WriteFile(filepath.Join(out, fmt.Sprintf("awork-mcp_%s_%s_%s.mcpb", version, goos, arch)), bundle, 0o644); err != nil {
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
	server, err := fill(serverTemplate, map[string]any{"version": version, "packages": packages})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "server.json"), server, 0o644)
}

// pack makes the bundle of one platform.
func pack(version, goos string, binary []byte) ([]byte, error) {
	manifest, name, err := manifest(version, goos)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, file := range []struct {
		name    string
		mode    os.FileMode
		content []byte
	}{{"manifest.json", 0o644, manifest}, {"server/" + name, 0o755, binary}} {
		// The first day that the format can tell: some programs refuse none at all.
		header := &zip.FileHeader{Name: file.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		header.SetMode(file.mode)
		w, err := z.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(file.content); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return b.Bytes(), err
}

// manifest is a bundle's manifest and the name of the program in it.
func manifest(version, goos string) (content []byte, name string, err error) {
	t, err := tools.New(tools.Options{})
	if err != nil {
		return nil, "", err
	}
	var list []map[string]string
	for _, tool := range t.List() {
		list = append(list, map[string]string{"name": tool.Name, "description": tool.Title})
	}
	name, platform := "awork-mcp", goos
	if goos == "windows" {
		name, platform = "awork-mcp.exe", "win32"
	}
	content, err = fill(manifestTemplate, map[string]any{"version": version, "tools": list, "compatibility": map[string]any{"platforms": []string{platform}}})
	return bytes.ReplaceAll(content, []byte("server/awork-mcp\""), []byte("server/"+name+"\"")), name, err
}

func registryPackage(version, name string, bundle []byte) map[string]any {
	sum := sha256.Sum256(bundle)
	return map[string]any{
		"registryType": "mcpb", "version": version, "fileSha256": hex.EncodeToString(sum[:]),
		"identifier": fmt.Sprintf("https://github.com/awork-mcp/awork-mcp/releases/download/v%s/%s", version, name),
		"transport":  map[string]any{"type": "stdio"},
		"environmentVariables": []any{map[string]any{
			"name": "AWORK_TOKEN", "description": "API key of an awork workspace", "isRequired": true, "isSecret": true}},
	}
}

// fill sets fields of a JSON object.
func fill(template []byte, fields map[string]any) ([]byte, error) {
	var m map[string]any
	if err := json.Unmarshal(template, &m); err != nil {
		return nil, err
	}
	for k, v := range fields {
		m[k] = v
	}
	return json.MarshalIndent(m, "", "  ")
}
