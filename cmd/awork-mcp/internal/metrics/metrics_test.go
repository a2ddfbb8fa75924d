package metrics

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func text(m *Metrics) string {
	var b strings.Builder
	m.Write(&b)
	return b.String()
}

func TestCountersAndLatencies(t *testing.T) {
	t.Parallel()
	m := New()
	m.ObserveTool("list", "found", 20*time.Millisecond)
	m.ObserveTool("list", "found", 2*time.Minute)
	m.ObserveTool("delete", "not_found", 0)
	m.ObserveUpstream(200, 3*time.Second)
	m.ObserveUpstream(0, 0)
	m.ObserveUpstream(7000, 0)
	m.ObserveRequest("/mcp", "POST", 404, time.Millisecond)
	m.Gauge("awork_mcp_open", func() float64 { return 7 })
	got := text(m)
	for _, want := range []string{
		`awork_mcp_tool_calls_total{tool="list",outcome="found"} 2`,
		`awork_mcp_tool_calls_total{tool="delete",outcome="not_found"} 1`,
		`awork_mcp_tool_call_duration_seconds_bucket{tool="list",le="0.025"} 1`,
		`awork_mcp_tool_call_duration_seconds_bucket{tool="list",le="+Inf"} 2`,
		`awork_mcp_tool_call_duration_seconds_count{tool="list"} 2`,
		`awork_mcp_upstream_requests_total{status="200"} 1`,
		`awork_mcp_upstream_requests_total{status="none"} 1`,
		`awork_mcp_upstream_requests_total{status="other"} 1`,
		`awork_mcp_upstream_request_duration_seconds_bucket{le="5"} 3`,
		`awork_mcp_http_requests_total{route="/mcp",method="POST",status="4xx"} 1`,
		`awork_mcp_open 7`,
		`process_resident_memory_bytes`,
		`go_goroutines`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

// What callers send never makes a series.
func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	m := New()
	for i := range 1000 {
		m.ObserveUpstream(1000+i, 0)
		m.ObserveRequest("other", fmt.Sprintf("EVIL%d\"} 1\n", i), -i, 0)
	}
	got := text(m)
	if n := strings.Count(got, "\nawork_mcp_"); n > 100 || strings.Contains(got, "EVIL") {
		t.Errorf("%d lines:\n%s", n, got)
	}
}

func TestNone(t *testing.T) {
	t.Parallel()
	var m *Metrics
	m.ObserveTool("list", "found", 0)
	m.ObserveUpstream(200, 0)
	m.ObserveRequest("/mcp", "POST", 200, 0)
	m.Gauge("x", nil)
	if strings.Contains(text(m), "awork_mcp") {
		t.Error("metrics without Metrics")
	}
}

// Two sets know nothing of each other.
func TestNoSharedState(t *testing.T) {
	t.Parallel()
	one, two := New(), New()
	one.ObserveTool("list", "found", 0)
	if strings.Contains(text(two), "found") {
		t.Error("one shows in two")
	}
}
