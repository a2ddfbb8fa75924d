//go:build bench

package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// workspace is a sandbox on a socket.
type workspace struct {
	*upstream
	box *sandbox.Sandbox
}

func newWorkspace(t *testing.T, o sandbox.Options) *workspace {
	box := sandbox.New(o)
	srv := httptest.NewServer(box)
	t.Cleanup(srv.Close)
	return &workspace{upstream: &upstream{base: srv.URL + sandbox.BasePath, client: srv.Client()}, box: box}
}

func (w *workspace) add(n int) []string {
	var ids []string
	for i := range n {
		name := fmt.Sprintf("Bulk %d", i)
		u := w.box.AddAPIUser(sandbox.APIUser{ID: uuid.NewString(), Name: name, RoleID: sandbox.IntegrationRoleID})
		ids = append(ids, u.ID)
	}
	return ids
}

func (w *workspace) requests() int { return len(w.box.Requests()) }

// bare reads one API user, and nothing else.
func (w *workspace) bare(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+"/apiusers/"+sandbox.ZapierSyncID, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sandbox-admin")
	resp, err := w.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	if _ = resp.Body.Close(); resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
}

// single measures one call in a process that has cached nothing, and the same about
// another API user right after, as multiples of one bare request's time.
func single(t *testing.T, ours string) {
	const latency, runs = 50 * time.Millisecond, 9
	w := newWorkspace(t, sandbox.Options{Latency: latency, RateLimit: sandbox.RateLimit{Off: true}})
	took := func(do func()) float64 {
		start := time.Now()
		do()
		return float64(time.Since(start).Microseconds()) / 1000
	}
	w.bare(t)
	var bare []float64
	cold, warm := map[string][]float64{}, map[string][]float64{}
	for range runs {
		bare = append(bare, took(func() { w.bare(t) }))
		for _, tool := range []string{"get_api_user", "delete_api_user"} {
			ids := w.add(2)
			c := startStdio(t, w.upstream, ours, legacy)
			cold[tool] = append(cold[tool], took(func() { c.succeed(t, tool, map[string]any{"apiUserId": ids[0]}) }))
			warm[tool] = append(warm[tool], took(func() { c.succeed(t, tool, map[string]any{"apiUserId": ids[1]}) }))
			c.close()
		}
	}
	one := median(bare)
	fmt.Printf("| one call, upstream %s | median | of one bare request |\n|---|---|---|\n", latency)
	row := func(name string, ms float64) { fmt.Printf("| %s | %.1f ms | %.2f |\n", name, ms, ms/one) }
	row("the bare request", one)
	row("get_api_user, nothing cached", median(cold["get_api_user"]))
	row("get_api_user, again", median(warm["get_api_user"]))
	row("delete_api_user, nothing cached", median(cold["delete_api_user"]))
	row("delete_api_user, again", median(warm["delete_api_user"]))
	fmt.Println()
}

// unreadableRole measures 64 callers at once while the permissions of a role fail,
// for longer than a failure is cached.
func unreadableRole(t *testing.T, up *upstream, ours string) {
	const latency, atOnce, leg = 50 * time.Millisecond, 64, 12 * time.Second
	up.latency.Store(int64(latency))
	defer up.latency.Store(0)
	fmt.Printf("| get_api_user, %d at once, upstream %s, %s long | calls/s | of bare |\n", atOnce, latency, leg)
	fmt.Println("|---|---|---|")
	for _, failing := range []bool{false, true} {
		up.failing.Store(failing)
		c := startStdio(t, up, ours, legacy)
		bare := run(up.bare, atOnce, latency, leg/4)
		got := run(c.call, atOnce, latency, leg)
		c.close()
		name := "every role can be read"
		if failing {
			name = "a role's permissions fail"
		}
		fmt.Printf("| %s | %.0f | %.0f %% |\n", name, got.rate(), 100*got.rate()/bare.rate())
	}
	up.failing.Store(false)
	fmt.Println()
}

// bulk measures a delete of 50 under awork's own limits.
func bulk(t *testing.T, ours string) {
	w := newWorkspace(t, sandbox.Options{})
	c := startStdio(t, w.upstream, ours, legacy)
	defer c.close()
	ids := w.add(50)
	start := time.Now()
	outcome := c.succeed(t, "delete_api_users", map[string]any{"apiUserIds": ids})
	took := time.Since(start)
	fmt.Printf("| delete_api_users of 50 under awork's limits | |\n|---|---|\n| outcome | %s |\n", outcome)
	fmt.Printf("| requests | %d |\n| took | %s |\n", w.requests(), took.Round(time.Millisecond))
	fmt.Printf("| what 50 in each second allow for as many requests | %s |\n\n",
		time.Duration((w.requests()-1)/50)*time.Second)
}

// succeed calls a tool and returns the outcome, which must not be an error.
func (s *target) succeed(t *testing.T, tool string, arguments map[string]any) string {
	t.Helper()
	r := s.client.Call(t.Context(), tool, arguments)
	var answer struct{ Outcome string }
	result, err := r.ToolResult()
	if err != nil || result.IsError || json.Unmarshal(result.StructuredContent, &answer) != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	return answer.Outcome
}
