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
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// other stands for every label that is none of ours.
const other = "other"

const maxOutcomes = 50

// Metrics is a set of metrics. Its methods may be called at any time, and on a
// nil Metrics, where they do nothing.
type Metrics struct {
	set     *metrics.Set
	tools   []string
	buckets []float64
	series  sync.Map // of series, by labels: to find one costs less than to name it

	mu       sync.Mutex
	outcomes map[string]bool
}

// New makes the metrics of a server with these tools. Calls of any other name
// are counted as tool "other".
func New(tools ...string) *Metrics {
	return &Metrics{
		set:      metrics.NewSet(),
		tools:    tools,
		buckets:  []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		outcomes: map[string]bool{},
	}
}

// ObserveRequest counts an HTTP request. The caller bounds the routes.
func (m *Metrics) ObserveRequest(route, method string, status int, took time.Duration) {
	if m == nil {
		return
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions:
	default:
		method = other
	}
	class := other
	if status >= 100 && status < 600 {
		class = strconv.Itoa(status/100) + "xx"
	}
	m.observe(labels{route, method, class}, took, func() series {
		return m.newSeries("http_request", fmt.Sprintf(`{route=%q,method=%q,status=%q}`, route, method, class), fmt.Sprintf(`{route=%q,method=%q}`, route, method))
	})
}

// ObserveTool counts a call of a tool.
func (m *Metrics) ObserveTool(tool, outcome string, took time.Duration) {
	if m == nil {
		return
	}
	if !slices.Contains(m.tools, tool) {
		tool = other
	}
	outcome = m.bounded(outcome)
	m.observe(labels{tool, outcome}, took, func() series {
		return m.newSeries("tool_call", fmt.Sprintf(`{tool=%q,outcome=%q}`, tool, outcome), fmt.Sprintf(`{tool=%q}`, tool))
	})
}

// ObserveUpstream counts a request to the API behind the tools; status 0 is one
// that got no answer.
func (m *Metrics) ObserveUpstream(status int, took time.Duration) {
	if m == nil {
		return
	}
	label := "none"
	if status >= 100 && status < 600 {
		label = strconv.Itoa(status)
	} else if status != 0 {
		label = other
	}
	m.observe(labels{label}, took, func() series {
		return m.newSeries("upstream_request", fmt.Sprintf(`{status=%q}`, label), "")
	})
}

// labels are the values of one kind of series. The kinds differ in their number.
type labels [3]string

// series is a counter and the latencies of what it counts.
type series struct {
	count *metrics.Counter
	took  *metrics.PrometheusHistogram
}

func (m *Metrics) newSeries(what, labels, latencyLabels string) series {
	return series{
		m.set.GetOrCreateCounter("awork_mcp_" + what + "s_total" + labels),
		m.set.GetOrCreatePrometheusHistogramExt("awork_mcp_"+what+"_duration_seconds"+latencyLabels, m.buckets),
	}
}

func (m *Metrics) observe(l labels, took time.Duration, create func() series) {
	found, ok := m.series.Load(l)
	if !ok {
		found, _ = m.series.LoadOrStore(l, create())
	}
	s := found.(series)
	s.count.Inc()
	s.took.Update(took.Seconds())
}

// bounded keeps outcomes to identifiers, and to a number of them.
func (m *Metrics) bounded(outcome string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.outcomes[outcome] {
		return outcome
	}
	valid := outcome != "" && len(outcome) <= 40
	for _, c := range []byte(outcome) {
		valid = valid && (c >= 'a' && c <= 'z' || c == '_')
	}
	if !valid || len(m.outcomes) >= maxOutcomes {
		return other
	}
	m.outcomes[outcome] = true
	return outcome
}

// Gauge shows what value gives whenever the metrics are read.
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
