package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A packed bundle, started as a host does it with all options left blank but the
// token, lists the tools that its manifest names and runs one. Hosts leave the
// placeholders of blank options as they are.
func TestBundleStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "built")
	if out, err := exec.Command("go", "build", "-o", program, "../..").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	release(t, dir, []string{runtime.GOOS + "/" + runtime.GOARCH + "=" + program})
	home := filepath.Join(dir, "unpacked")
	unpack(t, filepath.Join(dir, "awork-mcp_1.2.3_"+runtime.GOOS+"_"+runtime.GOARCH+".mcpb"), home)
	var manifest struct {
		Server struct {
			Config struct {
				Command string            `json:"command"`
				Args    []string          `json:"args"`
				Env     map[string]string `json:"env"`
			} `json:"mcp_config"`
		} `json:"server"`
		Tools []struct {
			Name string `json:"name"`
		} `json:"tools"`
	}
	b, err := os.ReadFile(filepath.Join(home, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(sandbox.New(sandbox.Options{}))
	t.Cleanup(api.Close)
	command := strings.ReplaceAll(manifest.Server.Config.Command, "${__dirname}", home)
	cmd := exec.Command(command, manifest.Server.Config.Args...)
	cmd.Env = []string{"HOME=" + dir, "AWORK_BASE_URL=" + api.URL + sandbox.BasePath}
	for name, value := range manifest.Server.Config.Env {
		cmd.Env = append(cmd.Env, name+"="+strings.ReplaceAll(value, "${user_config.token}", sandbox.AdminToken))
	}
	cmd.Stdin = strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{` +
		`"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"host","version":"0"}}}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"delete_api_user",` +
		`"arguments":{"apiUserId":"` + sandbox.ZapierSyncID + `"}}}
`)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var served, named []string
	outcome := ""
	for line := range bytes.Lines(out) {
		var m struct {
			ID     int `json:"id"`
			Result struct {
				Tools []struct {
					Name string `json:"name"`
				} `json:"tools"`
				StructuredContent struct {
					Outcome string `json:"outcome"`
				} `json:"structuredContent"`
			} `json:"result"`
		}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		for _, tool := range m.Result.Tools {
			served = append(served, tool.Name)
		}
		outcome += m.Result.StructuredContent.Outcome
	}
	for _, tool := range manifest.Tools {
		named = append(named, tool.Name)
	}
	slices.Sort(served)
	slices.Sort(named)
	if !slices.Equal(served, named) || outcome != "deleted" {
		t.Errorf("it serves %v, its manifest names %v; the call ends as %q", served, named, outcome)
	}
}

func unpack(t *testing.T, bundle, dir string) {
	t.Helper()
	z, err := zip.OpenReader(bundle)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, f.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
}
