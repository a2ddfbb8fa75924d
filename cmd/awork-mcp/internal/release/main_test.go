package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/awork-mcp/awork-mcp/tools"
)

func makeRelease(t *testing.T, binaries ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	binary := filepath.Join(dir, "program")
	if err := os.WriteFile(binary, []byte("a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, b := range binaries {
		binaries[i] = b + "=" + binary
	}
	release(t, dir, binaries)
	return dir
}

// release packs in steps, as goreleaser does.
func release(t *testing.T, dir string, binaries []string) {
	t.Helper()
	for _, b := range binaries {
		if err := writeBundles("1.2.3", dir, []string{b}); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeServer("1.2.3", dir); err != nil {
		t.Fatal(err)
	}
}

// A bundle names the tools that the program serves, and holds the program under
// the name that the manifest starts.
func TestBundle(t *testing.T) {
	t.Parallel()
	dir := makeRelease(t, "linux/amd64", "windows/arm64")
	for name, program := range map[string]string{
		"awork-mcp_1.2.3_linux_amd64.mcpb":   "server/awork-mcp",
		"awork-mcp_1.2.3_windows_arm64.mcpb": "server/awork-mcp.exe",
	} {
		z, err := zip.OpenReader(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = z.Close() })
		var manifest struct {
			Version string `json:"version"`
			Server  struct {
				EntryPoint string `json:"entry_point"`
				Config     struct {
					Command string `json:"command"`
				} `json:"mcp_config"`
			} `json:"server"`
			Tools []struct {
				Name string `json:"name"`
			} `json:"tools"`
		}
		decode(t, z, "manifest.json", &manifest)
		var named []string
		for _, tool := range manifest.Tools {
			named = append(named, tool.Name)
		}
		served, err := tools.New(tools.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, tool := range served.List() {
			want = append(want, tool.Name)
		}
		if !slices.Equal(named, want) || manifest.Version != "1.2.3" {
			t.Errorf("%s: version %s, tools %v, want %v", name, manifest.Version, named, want)
		}
		if manifest.Server.EntryPoint != program || manifest.Server.Config.Command != "${__dirname}/"+program {
			t.Errorf("%s starts %s as %s", name, manifest.Server.EntryPoint, manifest.Server.Config.Command)
		}
		i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == program })
		if i < 0 || z.File[i].Mode().Perm() != 0o755 {
			t.Errorf("%s holds no program that can be run", name)
		}
	}
}

// The bundle's icon is in it, and of the size that server.json gives, at a path
// that the repository has.
func TestIcon(t *testing.T) {
	t.Parallel()
	dir := makeRelease(t, "linux/amd64")
	z, err := zip.OpenReader(filepath.Join(dir, "awork-mcp_1.2.3_linux_amd64.mcpb"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = z.Close() })
	var manifest struct {
		Icon  string `json:"icon"`
		Title string `json:"display_name"`
	}
	decode(t, z, "manifest.json", &manifest)
	f, err := z.Open(manifest.Icon)
	if err != nil {
		t.Fatal(err)
	}
	config, err := png.DecodeConfig(f)
	if err != nil {
		t.Fatal(err)
	}
	var server struct {
		Title string
		Icons []struct {
			Src, MimeType string
			Sizes         []string
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "server.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &server); err != nil {
		t.Fatal(err)
	}
	if manifest.Title == "" || server.Title == "" || len(server.Icons) != 1 {
		t.Fatalf("%+v, %+v", manifest, server)
	}
	i := server.Icons[0]
	if size := fmt.Sprintf("%dx%d", config.Width, config.Height); i.MimeType != "image/png" || i.Sizes[0] != size {
		t.Errorf("%+v, and it is %s", i, size)
	}
	_, path, ok := strings.Cut(i.Src, "/awork-mcp/awork-mcp/v1.2.3/")
	if _, err := os.Stat(filepath.Join("../../../..", path)); !ok || err != nil {
		t.Errorf("%s: %v", i.Src, err)
	}
}

// decode reads a JSON file of a bundle.
func decode(t *testing.T, z *zip.ReadCloser, name string, v any) {
	t.Helper()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(f).Decode(v); err != nil {
		t.Fatal(err)
	}
}

func TestBundleIsReproducible(t *testing.T) {
	t.Parallel()
	first, err := pack("1.2.3", "linux", []byte("a program"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := pack("1.2.3", "linux", []byte("a program"))
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("two bundles of one program differ (%v)", err)
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		day := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
		if f.ModifiedDate != 1<<5|1 || f.ModifiedTime != 0 || !f.Modified.Equal(day) {
			t.Errorf("%s is of %v", f.Name, f.Modified)
		}
	}
}

// server.json is what the registry's released schema wants.
func TestServerJSON(t *testing.T) {
	t.Parallel()
	dir := makeRelease(t, "linux/amd64", "darwin/arm64")
	read := func(path string) any {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		doc, err := jsonschema.UnmarshalJSON(f)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(jsonschema.SchemeURLLoader{})
	if err := c.AddResource("schema.json", read("testdata/server.schema.2025-12-11.min.json")); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	server := read(filepath.Join(dir, "server.json"))
	if err := schema.Validate(server); err != nil {
		t.Error(err)
	}
	if packages := server.(map[string]any)["packages"].([]any); len(packages) != 2 {
		t.Errorf("%d packages", len(packages))
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"linux=x"}, {"linux/amd64"}, {"linux/amd64=" + filepath.Join(t.TempDir(), "none")}} {
		if writeBundles("1.2.3", t.TempDir(), args) == nil {
			t.Errorf("%v is taken", args)
		}
	}
	if writeBundles("", t.TempDir(), nil) == nil || writeBundles("1.2.3", "", nil) == nil {
		t.Error("no version, or no folder, is taken")
	}
	dir := makeRelease(t, "linux/amd64")
	if writeServer("1.2.4", dir) == nil {
		t.Error("a version without bundles is listed")
	}
}
