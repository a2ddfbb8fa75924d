package main_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/statestore/storetest"
)

// teamExample returns the one block of a language in docs/team.md.
func teamExample(t *testing.T, language string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(documents(t)["docs/team.md"], -1)
	if len(found) != 1 {
		t.Fatalf("docs/team.md has %d blocks of %s", len(found), language)
	}
	return found[0][1]
}

// What the unit of docs/team.md starts serves MCP, and systemd takes the unit
// where it is here.
func TestSystemdUnit(t *testing.T) {
	t.Parallel()
	unit := teamExample(t, "ini")
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	s.file("credentials/awork", w.admin)
	s.file("credentials/callers", "alice "+s.canary()+" apiusers:read,apiusers:write\n")
	s.file("state/x", "")
	line := regexp.MustCompile(`(?m)^ExecStart=.*$`).FindString(unit)
	command, ok := strings.CutPrefix(line, "ExecStart=/usr/local/bin/awork-mcp http ")
	if !ok {
		t.Fatalf("the unit starts another program:\n%s", unit)
	}
	args := strings.Fields(strings.NewReplacer("${CREDENTIALS_DIRECTORY}", filepath.Join(s.home, "credentials"),
		"${STATE_DIRECTORY}", filepath.Join(s.home, "state")).Replace(command))
	if strings.Contains(strings.Join(args, " "), "$") {
		t.Errorf("a variable is left in %q", args)
	}
	x := s.web(args, []string{"AWORK_BASE_URL=" + w.url})
	if status, text, _ := x.get(t, "GET", "/readyz", nil); status != 200 {
		t.Errorf("/readyz: %d %s", status, text)
	}
	if _, err := os.Stat(filepath.Join(s.home, "state", "journal.jsonl")); err != nil {
		t.Error(err)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here: the unit is not verified")
	}
	path := s.file("awork-mcp.service", strings.Replace(unit, "/usr/local/bin/awork-mcp", binary, 1))
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// manifest is what of the manifests in docs/team.md refers to one another.
type manifest struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Selector any // matchLabels of a deployment, labels of a service
		Ports    []struct {
			Port       int
			TargetPort int `yaml:"targetPort"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				Containers []struct {
					Args []string
					Env  []struct {
						Name      string
						ValueFrom struct {
							SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
						} `yaml:"valueFrom"`
					}
					Ports []struct {
						ContainerPort int `yaml:"containerPort"`
					}
				}
			}
		}
		Rules []struct {
			Host string
			HTTP struct {
				Paths []struct {
					Backend struct {
						Service struct {
							Name string
							Port struct{ Number int }
						}
					}
				}
			}
		}
	}
}

func manifests(t *testing.T) (all []manifest) {
	t.Helper()
	d := yaml.NewDecoder(bytes.NewReader([]byte(teamExample(t, "yaml"))))
	for {
		var m manifest
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
}

// The manifests of docs/team.md find each other, and what they start serves MCP.
func TestManifests(t *testing.T) {
	t.Parallel()
	pods, services := map[string]manifest{}, map[string]manifest{}
	var ingress manifest
	for _, m := range manifests(t) {
		switch m.Kind {
		case "Deployment":
			pods[m.Spec.Template.Metadata.Labels["app"]] = m
		case "Service":
			services[m.Metadata.Name] = m
		case "Ingress":
			ingress = m
		default:
			t.Errorf("what is a %s?", m.Kind)
		}
	}
	for name, m := range services {
		selector, _ := m.Spec.Selector.(map[string]any)
		pod, ok := pods[selector["app"].(string)]
		if !ok {
			t.Fatalf("service %s selects no pod: %v", name, selector)
		}
		for _, p := range m.Spec.Ports {
			target := p.TargetPort
			if target == 0 {
				target = p.Port
			}
			if pod.Spec.Template.Spec.Containers[0].Ports[0].ContainerPort != target {
				t.Errorf("service %s leads to port %d", name, target)
			}
		}
	}
	backend := ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service
	if to, ok := services[backend.Name]; !ok || to.Spec.Ports[0].Port != backend.Port.Number {
		t.Errorf("the ingress leads to %+v", backend)
	}
	container := pods["awork-mcp"].Spec.Template.Spec.Containers[0]
	create := strings.Join(blocks(documents(t)["docs/team.md"]), "\n")
	for _, e := range container.Env {
		ref := e.ValueFrom.SecretKeyRef
		if !strings.Contains(create, "secret generic "+ref.Name+" ") ||
			!strings.Contains(create, "--from-literal="+ref.Key+"=") {
			t.Errorf("%s is of a secret that is not made: %+v", e.Name, ref)
		}
	}
	store, ok := services["valkey"]
	if !ok || store.Spec.Ports[0].Port != 6379 || !slices.Contains(container.Args, "redis://valkey:6379") {
		t.Errorf("the store: %+v", store)
	}
	serves(t, container.Args)
}

// serves runs the program with the arguments of the manifest, with an issuer, a
// store and ports of this machine.
func serves(t *testing.T, args []string) {
	t.Helper()
	s := newFixture(t)
	i, w := s.issuer(), s.workspace(sandbox.Options{})
	here := map[string]string{"https://id.example.com": i.url, "redis://valkey:6379": storetest.Start(t).URL("redis"),
		"0.0.0.0:8080": "127.0.0.1:0", "0.0.0.0:9090": "127.0.0.1:0"}
	for n, arg := range args {
		if value, ok := here[arg]; ok {
			args[n] = value
			delete(here, arg)
		}
	}
	if len(here) > 0 || args[0] != "http" {
		t.Fatalf("of %q, %q is missing", args, slices.Collect(maps.Keys(here)))
	}
	key := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	x := s.web(args[1:], append(w.env(s, w.admin), "AWORK_MCP_STATE_KEY="+key))
	if status, text, _ := x.get(t, "GET", "/readyz", nil); status != 200 {
		t.Errorf("/readyz: %d %s", status, text)
	}
	if status, _, _ := x.get(t, "GET", "/metrics", nil); status != 404 {
		t.Errorf("/metrics for everyone: %d", status)
	}
	if status, _, _ := x.get(t, "POST", "/mcp", []byte("{}"), "Host", "mcp.example.com"); status != 401 {
		t.Errorf("a caller without a token: %d", status)
	}
}
