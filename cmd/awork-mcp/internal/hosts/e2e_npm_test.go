//go:build e2e_hosts && unix

package hosts_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
)

// packages are the hosts that npm has, and the Node that they run on.
func packages() []string {
	return []string{
		"node-" + platform() + "@24.21.0",
		"@openai/codex@0.171.0", "opencode-ai@1.18.33", "@qwen-code/qwen-code@0.24.4",
	}
}

// platform is how npm's packages name this machine.
func platform() string {
	return runtime.GOOS + "-" + strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
}

var installed = sync.OnceValues(install)

// install installs the packages below the user's cache folder, or below
// AWORK_MCP_E2E_CACHE, once for each set of versions, and gives the folder of
// their commands.
func install() (string, error) {
	cache := os.Getenv("AWORK_MCP_E2E_CACHE")
	if cache == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		cache = filepath.Join(base, "awork-mcp-e2e")
	}
	hash := sha256.Sum256([]byte(strings.Join(packages(), " ")))
	dir := filepath.Join(cache, "hosts-"+hex.EncodeToString(hash[:6]))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := os.Stat(filepath.Join(dir, "installed")); err != nil {
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true}`), 0o644); err != nil {
			return "", err
		}
		// Without the packages' own scripts, and each in the version that is named.
		args := []string{"install", "--save-exact", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"}
		cmd := exec.Command("npm", append(args, packages()...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("npm install: %w\n%s", err, out)
		}
		if err := os.WriteFile(filepath.Join(dir, "installed"), nil, 0o644); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "node_modules"), nil
}

// commands makes a folder for the PATH: a host, the Node it runs on, and the
// program under test.
func commands(t *testing.T, host string) string {
	t.Helper()
	modules, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	command := filepath.Join(modules, ".bin", host)
	if host == "opencode" { // what the package's own script would put there
		command = filepath.Join(modules, "opencode-"+platform(), "bin", "opencode")
	}
	for name, to := range map[string]string{
		"node":      filepath.Join(modules, "node-"+platform(), "bin", "node"),
		host:        command,
		"awork-mcp": program,
	} {
		if _, err := os.Stat(to); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

var built = sync.OnceValues(build)

// build builds the program under test, unless AWORK_MCP_E2E_BINARY names one; it
// stays in the cache beside the hosts, for the tests end one by one.
func build() (string, error) {
	if binary := os.Getenv("AWORK_MCP_E2E_BINARY"); binary != "" {
		return filepath.Abs(binary)
	}
	modules, err := installed()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(filepath.Dir(modules), "awork-mcp")
	out, err := exec.Command("go", "build", "-o", binary, "github.com/awork-mcp/awork-mcp/cmd/awork-mcp").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return binary, nil
}
