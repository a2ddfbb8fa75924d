package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
)

//go:embed server.json
var serverTemplate []byte

// registryIcons returns where the registry finds the icon of a version.
func registryIcons(version string) []any {
	const files = "https://raw.githubusercontent.com/awork-mcp/awork-mcp"
	return []any{map[string]any{
		"src":      fmt.Sprintf("%s/v%s/cmd/awork-mcp/internal/release/icon.png", files, version),
		"mimeType": "image/png",
		"sizes":    []string{"256x256"},
	}}
}

// registryPackage returns a bundle as the registry lists it.
func registryPackage(version, name string, bundle []byte) map[string]any {
	const releases = "https://github.com/awork-mcp/awork-mcp/releases/download"
	sum := sha256.Sum256(bundle)
	token := map[string]any{
		"name": "AWORK_TOKEN", "description": "API key of an awork workspace", "isRequired": true, "isSecret": true}
	return map[string]any{
		"registryType": "mcpb", "version": version, "fileSha256": hex.EncodeToString(sum[:]),
		"identifier":           fmt.Sprintf("%s/v%s/%s", releases, version, name),
		"transport":            map[string]any{"type": "stdio"},
		"environmentVariables": []any{token},
	}
}
