//go:build e2e && unix

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
)

// leastNode is what the Inspector wants where npm has no Node for this machine.
const leastNode = `process.exit(process.versions.node.localeCompare("22.19.0",undefined,{numeric:true})<0)`

// clients is the folder in which the npm packages are installed, and their Node.
type clients struct{ dir, node string }

var installed = sync.OnceValues(install)

// npm gives the installed clients.
func npm(t *testing.T) clients {
	t.Helper()
	c, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// install installs the packages of clients/package-lock.json, once for each
// state of that file.
func install() (clients, error) {
	cache := os.Getenv("AWORK_MCP_E2E_CACHE")
	if cache == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return clients{}, err
		}
		cache = filepath.Join(base, "awork-mcp-e2e")
	}
	cache, err := filepath.Abs(cache)
	if err != nil {
		return clients{}, err
	}
	files := map[string][]byte{}
	hash := sha256.New()
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join("clients", name))
		if err != nil {
			return clients{}, err
		}
		files[name] = b
		hash.Write(b)
	}
	dir := filepath.Join(cache, hex.EncodeToString(hash.Sum(nil))[:16])
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return clients{}, err
	}
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return clients{}, err
	}
	defer func() { _ = lock.Unlock() }()
	done := filepath.Join(dir, "installed")
	if _, err := os.Stat(done); err != nil {
		for name, b := range files {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
				return clients{}, err
			}
		}
		cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return clients{}, errors.New("npm ci: " + err.Error() + "\n" + cut(string(out), 1500))
		}
		if err := os.WriteFile(done, nil, 0o644); err != nil {
			return clients{}, err
		}
	}
	node, err := findNode(dir)
	return clients{dir, node}, err
}

// findNode finds the Node that was installed beside the clients; where npm has
// none for this machine, that of the PATH will do if it is new enough.
func findNode(dir string) (string, error) {
	arch := strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
	node := filepath.Join(dir, "node_modules", "node-"+runtime.GOOS+"-"+arch, "bin", "node")
	if _, err := os.Stat(node); err == nil {
		return node, nil
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return "", err
	}
	if exec.Command(node, "-e", leastNode).Run() != nil {
		return "", errors.New("there is no Node in npm's packages for this machine, and the one on the PATH is older than 22.19")
	}
	return node, nil
}

// script copies a script of ours to where it finds its packages.
func (c clients) script(t *testing.T, names ...string) string {
	t.Helper()
	dir := newHome(t)
	if err := os.Symlink(filepath.Join(c.dir, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join("clients", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, names[0])
}

// path is a file of an installed package.
func (c clients) path(elem ...string) string {
	return filepath.Join(append([]string{c.dir, "node_modules"}, elem...)...)
}

// run starts a script under Node.
func (c clients) run(t *testing.T, home string, env []string, script string, args ...string) *process {
	t.Helper()
	env = append([]string{"PATH=" + filepath.Dir(c.node) + ":" + os.Getenv("PATH"), "MCP_INSPECTOR_SECRET_STORE=memory"}, env...)
	return start(t, home, env, c.node, append([]string{script}, args...)...)
}
