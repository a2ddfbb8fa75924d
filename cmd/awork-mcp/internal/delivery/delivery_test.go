package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/delivery"
	"github.com/awork-mcp/awork-mcp/tools"
)

// TestMain is also the program that secrets are delivered to: what it is to do
// comes in its environment.
func TestMain(m *testing.M) {
	if what := os.Getenv("TEST_VAULT"); what != "" {
		vault(what)
		return
	}
	keyring.MockInit()
	goleak.VerifyTestMain(m)
}

// seen is what the program saw.
type seen struct {
	Stdin string
	Args  []string
	Env   []string
}

func vault(what string) {
	if what == "child" {
		outlive()
		return
	}
	buf := make([]byte, 4096)
	n, _ := os.Stdin.Read(buf)
	what, child := strings.CutSuffix(what, " with child")
	if child {
		startChild()
	}
	switch what {
	case "fail":
		_, _ = os.Stdout.Write(buf[:n])
		_, _ = os.Stderr.Write(buf[:n])
		os.Exit(3)
	case "hang":
		outlive() // it is killed before
	}
	_, _ = os.Stdout.Write(buf[:n])
	b, _ := json.Marshal(seen{string(buf[:n]), os.Args[1:], os.Environ()})
	if err := os.WriteFile(os.Getenv("TEST_VAULT_FILE"), b, 0o600); err != nil {
		os.Exit(4)
	}
}

// parcel is a parcel with a key that works.
func parcel(t *testing.T, clientID string) tools.Secret {
	t.Helper()
	box := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
	token, err := awork.ParseToken(sandbox.AdminToken)
	if err != nil {
		t.Fatal(err)
	}
	c, err := awork.New(awork.Config{BaseURL: "https://box.invalid/api/v1", Tokens: awork.StaticToken(token),
		Transport: box.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.MustParse(sandbox.ZapierSyncID)
	key, err := c.GenerateAPIKey(t.Context(), sandbox.ZapierClientID, id)
	if err != nil {
		t.Fatal(err)
	}
	return tools.Secret{Kind: tools.KindAPIKey, ClientID: clientID, APIUserID: id, Value: key}
}

func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := delivery.NewFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.Describe(), dir) {
		t.Errorf("described as %s", f.Describe())
	}
	p := parcel(t, "zapier")
	where, err := f.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(where)
	if err != nil || string(content) != p.Value.Reveal()+"\n" {
		t.Errorf("%v: %s", err, content)
	}
	info, err := os.Lstat(where)
	if err != nil || !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v: %v", err, info.Mode())
	}
	if !filepath.IsAbs(where) || !regexp.MustCompile(`^zapier_`+sandbox.ZapierSyncID+`_\d{8}T\d{6}\.\d{9}Z_api-key$`).MatchString(filepath.Base(where)) {
		t.Errorf("it is in %s", where)
	}
	again, err := f.Deliver(t.Context(), p)
	if err != nil || again == where {
		t.Errorf("again in %s: %v", again, err)
	}
	secret, err := f.Deliver(t.Context(), tools.Secret{Kind: tools.KindClientSecret, ClientID: "zapier",
		Value: p.Value})
	if err != nil || !regexp.MustCompile(`^zapier_\d{8}T.*_client-secret$`).MatchString(filepath.Base(secret)) {
		t.Errorf("a client secret in %s: %v", secret, err)
	}
}

// TestFileOfHostileIDs: whatever the client's id, the file is a plain one in the
// folder.
func TestFileOfHostileIDs(t *testing.T) {
	t.Parallel()
	p := parcel(t, "")
	for _, id := range []string{"", "..", "../../etc/passwd", "/etc/passwd", `..\..\x`, "a\x00b", "a\nb",
		".hidden", "-rf", "CON", "ä", strings.Repeat("ü", 200), strings.Repeat("../", 100), "a b;$(touch x)"} {
		dir := t.TempDir()
		f, err := delivery.NewFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		p.ClientID = id
		where, err := f.Deliver(t.Context(), p)
		if err != nil || filepath.Dir(where) != dir || !regexp.MustCompile(`^[A-Za-z0-9._-]+$`).MatchString(filepath.Base(where)) || strings.HasPrefix(filepath.Base(where), ".") {
			t.Errorf("%q is in %s: %v", id, where, err)
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Errorf("%q: %v", id, files)
		}
	}
}

// TestFileIsNew: where a file or a link has the name already, it is left alone.
// In the bubble all is done at the same time, and so under the same name.
func TestFileIsNew(t *testing.T) {
	t.Parallel()
	p := parcel(t, "zapier")
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		f, err := delivery.NewFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		where, err := f.Deliver(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(where, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if where, err := f.Deliver(t.Context(), p); err == nil {
			t.Errorf("delivered to %s twice", where)
		}
		if b, err := os.ReadFile(where); err != nil || string(b) != "mine" {
			t.Errorf("the file that was there: %s %v", b, err)
		}
		target := filepath.Join(t.TempDir(), "target")
		if err := os.Remove(where); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, where); err != nil {
			t.Skip(err)
		}
		if where, err := f.Deliver(t.Context(), p); err == nil {
			t.Errorf("delivered through a link, %s", where)
		}
		if _, err := os.Stat(target); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("what the link leads to: %v", err)
		}
	})
}

func TestFileTrouble(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := delivery.NewFile(filepath.Join(dir, "none")); err == nil ||
		!strings.Contains(err.Error(), "mkdir -m 700") {
		t.Errorf("a folder that is not there: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := delivery.NewFile(file); err == nil {
		t.Error("a file is taken for a folder")
	}
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := delivery.NewFile(sub)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(sub); err != nil {
		t.Skip("this system keeps an open folder")
	}
	p := parcel(t, "zapier")
	if where, err := f.Deliver(t.Context(), p); err == nil || strings.Contains(err.Error(), p.Value.Reveal()) {
		t.Errorf("into a folder that is gone: %s %v", where, err)
	}
}

func TestKeyring(t *testing.T) {
	t.Parallel()
	p := parcel(t, "zapier")
	where, err := delivery.Keyring{}.Deliver(t.Context(), p)
	if err != nil || !strings.Contains(where, "api-key/zapier/"+sandbox.ZapierSyncID) ||
		!strings.Contains(where, "awork-mcp") {
		t.Errorf("%s: %v", where, err)
	}
	if got, err := keyring.Get("awork-mcp", "api-key/zapier/"+sandbox.ZapierSyncID); err != nil ||
		got != p.Value.Reveal() {
		t.Errorf("%v: %s", err, got)
	}
	p.ClientID = "a\nb"
	if _, err := (delivery.Keyring{}).Deliver(t.Context(), p); err == nil {
		t.Error("a line break is taken into a name")
	}
	if (delivery.Keyring{}).Describe() == "" {
		t.Error("not described")
	}
}

// command is a delivery to this test's program.
func command(t *testing.T, what string) (d *delivery.Command, file string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "seen")
	t.Setenv("TEST_VAULT", what)
	t.Setenv("TEST_VAULT_FILE", file)
	d, err = delivery.NewCommand([]string{self, "kv", "put", "a b; $(touch x)"})
	if err != nil {
		t.Fatal(err)
	}
	return d, file
}

func TestCommand(t *testing.T) { //nolint:paralleltest // the environment is this process's
	for name, value := range map[string]string{"AWORK_TOKEN": "the-token", "awork_token": "the-token",
		"AWORK_MCP_STATE_KEY": "the-key", "AWORK_MCP_API_USER_ID": "somebody", "VAULT_ADDR": "https://vault.example"} {
		t.Setenv(name, value)
	}
	d, file := command(t, "keep")
	p := parcel(t, "a=b c")
	where, err := d.Deliver(t.Context(), p)
	if err != nil || where != "the program "+filepath.Base(os.Args[0]) || strings.Contains(d.Describe(), "kv") {
		t.Errorf("%s, %s: %v", where, d.Describe(), err)
	}
	read := func() (s seen) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := read()
	if s.Stdin != p.Value.Reveal() || !slices.Equal(s.Args, []string{"kv", "put", "a b; $(touch x)"}) {
		t.Errorf("it saw %+v", s)
	}
	env := strings.Join(s.Env, "\n")
	for _, want := range []string{"AWORK_MCP_SECRET_KIND=api-key", "AWORK_MCP_CLIENT_ID=a=b c",
		"AWORK_MCP_API_USER_ID=" + sandbox.ZapierSyncID, "VAULT_ADDR=https://vault.example", "PATH="} {
		if !strings.Contains(env, want) {
			t.Errorf("its environment lacks %s", want)
		}
	}
	for _, not := range []string{"the-token", "the-key", "somebody", p.Value.Reveal()} {
		if strings.Contains(env, not) || strings.Contains(strings.Join(s.Args, " "), not) {
			t.Errorf("it saw %s", not)
		}
	}
	if _, err := d.Deliver(t.Context(), tools.Secret{Kind: tools.KindClientSecret, ClientID: "zapier",
		Value: p.Value}); err != nil {
		t.Error(err)
	}
	if env := strings.Join(read().Env, "\n"); strings.Contains(env, "API_USER_ID") ||
		!strings.Contains(env, "AWORK_MCP_SECRET_KIND=client-secret") {
		t.Errorf("for a client secret: %s", env)
	}
}

func TestCommandTrouble(t *testing.T) { //nolint:paralleltest // the environment is this process's
	p := parcel(t, "zapier")
	d, _ := command(t, "fail")
	if where, err := d.Deliver(t.Context(), p); err == nil || where != "" ||
		!strings.Contains(err.Error(), "exit status 3") || strings.Contains(err.Error(), p.Value.Reveal()) {
		t.Errorf("%s: %v", where, err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	d, _ = command(t, "hang")
	t.Setenv("TEST_VAULT_ADDRESS", ln.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if where, err := d.Deliver(ctx, p); where != "" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: %v", where, err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, command := range [][]string{nil, {""}, {"/no/such/program"}, {t.TempDir()}} {
		if _, err := delivery.NewCommand(command); err == nil {
			t.Errorf("%q is taken for a program", command)
		}
	}
}
