//go:build e2e && unix

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// What the scenarios do to whom.
const (
	target    = sandbox.ZapierSyncID       // deleted after a yes
	targetTwo = sandbox.TimeDashboardID    // deleted by a client that can't be asked
	spared    = sandbox.WebsiteFormsID     // never deleted
	slow      = sandbox.RelaunchImporterID // reading it takes slowness
	missing   = "00000000-0000-4000-8000-000000000001"
	slowness  = 20 * time.Second
	seeded    = 12
	bulkOne   = sandbox.HubSpotBridgeID
	bulkTwo   = sandbox.DatevExportID
	bulkThree = sandbox.TimeDashboardCopyID
)

// workspace is a sandbox that tells what awork saw of a client's doings.
type workspace struct {
	sandbox *sandbox.Sandbox
	url     string // what AWORK_BASE_URL is to be
	watch   string // tells, as JSON, what was seen

	mu      sync.Mutex
	seen    seen
	changed chan struct{} // closed, and replaced, by each change of seen
}

// seen is what came to awork.
type seen struct {
	// Deletes are the API users that were deleted.
	Deletes []string `json:"deletes"`
	// Aborted counts the reads that the program gave up.
	Aborted int `json:"aborted"`
	// Reading counts the reads of the slow API user that began.
	Reading int `json:"reading"`
}

func newWorkspace(t *testing.T) *workspace {
	t.Helper()
	w := &workspace{changed: make(chan struct{}), sandbox: sandbox.New(sandbox.Options{Faults: []sandbox.Fault{
		{Kind: sandbox.FaultLatency, Method: http.MethodGet, Path: "/apiusers/" + slow, Delay: slowness},
		// So that the progress of a bulk deletion does not come all at once.
		{Kind: sandbox.FaultLatency, Method: http.MethodDelete, Path: "/apiusers/" + bulkTwo, Delay: 250 * time.Millisecond},
		{Kind: sandbox.FaultLatency, Method: http.MethodDelete, Path: "/apiusers/" + bulkThree, Delay: 500 * time.Millisecond},
	}})}
	mux := http.NewServeMux()
	mux.Handle(sandbox.BasePath+"/", w)
	mux.HandleFunc("/seen", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(w.saw())
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	w.url, w.watch = server.URL+sandbox.BasePath, server.URL+"/seen"
	return w
}

// ServeHTTP implements [http.Handler].
func (w *workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, slow) {
		w.count(&w.seen.Reading)
		defer func() {
			if r.Context().Err() != nil {
				w.count(&w.seen.Aborted)
			}
		}()
	}
	w.sandbox.ServeHTTP(rw, r)
}

func (w *workspace) count(n *int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*n++
	close(w.changed)
	w.changed = make(chan struct{})
}

// await waits until one of the counts of reads is above zero, or ctx ends.
func (w *workspace) await(ctx context.Context, n *int) {
	for {
		w.mu.Lock()
		counted, changed := *n > 0, w.changed
		w.mu.Unlock()
		if counted {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func (w *workspace) saw() seen {
	s := seen{Deletes: []string{}}
	for _, r := range w.sandbox.Requests() {
		if r.Method == http.MethodDelete && r.Effect {
			s.Deletes = append(s.Deletes, strings.TrimPrefix(r.Path, "/apiusers/"))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Aborted, s.Reading = w.seen.Aborted, w.seen.Reading
	slices.Sort(s.Deletes)
	return s
}

func (w *workspace) env() []string { return against(w.url, sandbox.AdminToken) }

// toolNames are the tools that the program offers.
var toolNames = []string{
	"audit_api_users", "check_access", "create_api_user", "delete_api_user", "delete_api_users",
	"get_api_user", "list_api_users", "list_client_applications", "list_roles", "update_api_user",
}
