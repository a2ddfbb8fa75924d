// Package metrics counts what the server does, for Prometheus:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
//
// Labels are bounded: whatever callers send, the number of series stays what
// the program's own routes, tools and outcomes make it.
package metrics

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// other stands for every label that is none of ours.
const other = "other"

// Metrics is a set of metrics. Its methods may be called at any time, and on a
// nil Metrics, where they do nothing.
type Metrics struct {
	set     *metrics.Set
	buckets []float64
}

// New returns an empty set.
func New() *Metrics {
	return &Metrics{set: metrics.NewSet(), buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}
}

// ObserveRequest counts an HTTP request. The caller bounds the routes.
func (m *Metrics) ObserveRequest(route, method string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions:
	default:
		method = other
	}
	class := other
	if status >= 100 && status < 600 {
		class = strconv.Itoa(status/100) + "xx"
	}
	m.observe("http_request", fmt.Sprintf(`{route=%q,method=%q,status=%q}`, route, method, class),
		fmt.Sprintf(`{route=%q,method=%q}`, route, method), took)
}

// ObserveTool counts a call of a tool that there is, and its outcome.
func (m *Metrics) ObserveTool(tool, outcome string, took time.Duration) {
	m.observe("tool_call", fmt.Sprintf(`{tool=%q,outcome=%q}`, tool, outcome), fmt.Sprintf(`{tool=%q}`, tool), took)
}

// ObserveUpstream counts a request to the API behind the tools; status 0 is one
// that got no answer.
func (m *Metrics) ObserveUpstream(status int, took time.Duration) {
	label := "none"
	if status >= 100 && status < 600 {
		label = strconv.Itoa(status)
	} else if status != 0 {
		label = other
	}
	m.observe("upstream_request", fmt.Sprintf(`{status=%q}`, label), "", took)
}

// observe counts one of a kind, and how long it took.
func (m *Metrics) observe(kind, labels, latencyLabels string, took time.Duration) {
	if m == nil {
		return
	}
	m.set.GetOrCreateCounter("awork_mcp_" + kind + "s_total" + labels).Inc()
	name := "awork_mcp_" + kind + "_duration_seconds" + latencyLabels
	m.set.GetOrCreatePrometheusHistogramExt(name, m.buckets).Update(took.Seconds())
}

// Gauge shows what value returns whenever the metrics are read.
func (m *Metrics) Gauge(name string, value func() float64) {
	if m != nil {
		m.set.GetOrCreateGauge(name, value)
	}
}

// Write writes all metrics, those of the process and of Go's runtime too.
func (m *Metrics) Write(w io.Writer) {
	if m != nil {
		m.set.WritePrometheus(w)
	}
	metrics.WriteProcessMetrics(w)
}
