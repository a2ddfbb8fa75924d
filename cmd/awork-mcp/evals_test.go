package main_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// solutions are calls that do what a task of evals asks for; none where nothing is
// to be changed.
func solutions() map[string][]string {
	del := func(id string) []string { return []string{"call", "delete_api_user", "apiUserId=" + id} }
	return map[string][]string{
		"answer-lost":                 del(sandbox.ZapierSyncID),
		"delete-by-name":              del(sandbox.HubSpotBridgeID),
		"german":                      del(sandbox.HubSpotBridgeID),
		"delete-one-of-two-namesakes": del(sandbox.TimeDashboardCopyID),
		"offboard-by-creator":         del(sandbox.RelaunchImporterID),
		"delete-several": {"call", "delete_api_users",
			`apiUserIds=["` + sandbox.HubSpotBridgeID + `","` + sandbox.RelaunchImporterID + `"]`},
		"rename": {"call", "update_api_user", "apiUserId=" + sandbox.WebsiteFormsID,
			"name=Contact Forms 2026"},
		"take-admin-away": {"call", "update_api_user", "apiUserId=" + sandbox.PowerBIReportID,
			"roleId=Time Tracking Reader"},
		"create-with-least-role": {"call", "create_api_user", "name=Nightly Export", "roleId=Integration",
			"clientId=Zapier"},
		"own-key": nil, "orders-in-a-name": nil, "delete-what-is-not-there": nil,
	}
}

var environmentOfTask = regexp.MustCompile(`(?m)^          (FAULT|RENAME): "(.*)"$`)

// TestEvals holds the tasks of evals to the workspace in memory: what a task asks
// for passes, and what it does not fails, whatever an agent says. The tasks run in
// mcpchecker with a model of the reader's; here a call takes its place.
func TestEvals(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the scripts of evals need curl")
	}
	files, err := filepath.Glob("evals/tasks/*.yaml")
	if err != nil || len(files) != len(solutions()) {
		t.Fatalf("%d tasks, %d solutions: %v", len(files), len(solutions()), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			task, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			own := []string{"EVAL_PROGRAM=" + binary, "EVAL_PORT=" + freePort(t), "TMPDIR=" + t.TempDir()}
			e := evaluation{t: t, env: append(os.Environ(), own...)}
			for _, m := range environmentOfTask.FindAllStringSubmatch(string(task), -1) {
				e.env = append(e.env, m[1]+"="+m[2])
			}
			_, expected, _ := strings.Cut(string(task), "EXPECT: |\n")
			expected, _, _ = strings.Cut(expected, "\n\n")
			e.env = append(e.env, "EXPECT="+strings.ReplaceAll(expected, "            ", ""))
			t.Cleanup(func() {
				if out, err := e.run("./stop.sh"); err != nil {
					t.Errorf("stop.sh: %v %s", err, out)
				}
			})
			if out, err := e.run("./start.sh"); err != nil {
				t.Fatalf("start: %v\n%s", err, out)
			}
			if out, err := e.run("./verify.sh"); (err == nil) != (expected == "") {
				t.Errorf("before anything was done: %v\n%s", err, out)
			}
			if solution := solutions()[name]; solution != nil {
				if out, err := e.run(binary, solution...); err != nil {
					t.Errorf("%v: %v\n%s", solution, err, out)
				}
			}
			if out, err := e.run("./verify.sh"); err != nil {
				t.Errorf("after it was done: %v\n%s", err, out)
			}
			if out, err := e.run(binary, "call", "delete_api_user", "apiUserId="+sandbox.TimeDashboardID); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			if out, err := e.run("./verify.sh"); err == nil {
				t.Errorf("another API user was deleted, and it passes: %s", out)
			}
		})
	}
}

// evaluation is one run of a task.
type evaluation struct {
	t   *testing.T
	env []string
}

func (e evaluation) run(program string, arguments ...string) (string, error) {
	e.t.Helper()
	cmd := exec.Command(program, arguments...)
	cmd.Dir, cmd.Env = "evals", e.env
	for _, v := range e.env {
		if port, ok := strings.CutPrefix(v, "EVAL_PORT="); ok {
			cmd.Env = append(cmd.Env, "AWORK_BASE_URL=http://127.0.0.1:"+port+"/api/v1", "AWORK_TOKEN=sandbox-admin")
		}
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
