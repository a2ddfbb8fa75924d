package main

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"os"
	"time"

	"github.com/awork-mcp/awork-mcp/tools"
)

//go:embed manifest.json
var manifestTemplate []byte

//go:embed icon.png
var icon []byte

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
	}{{"manifest.json", 0o644, manifest}, {"icon.png", 0o644, icon}, {"server/" + name, 0o755, binary}} {
		// The first day that the format has: some programs refuse none at all.
		day := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
		header := &zip.FileHeader{Name: file.name, Method: zip.Deflate, Modified: day}
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

// manifest returns a bundle's manifest and the name of the program in it.
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
	content, err = fill(manifestTemplate, map[string]any{
		"version": version, "tools": list, "compatibility": map[string]any{"platforms": []string{platform}}})
	program := []byte("server/" + name + `"`)
	return bytes.ReplaceAll(content, []byte(`server/awork-mcp"`), program), name, err
}
