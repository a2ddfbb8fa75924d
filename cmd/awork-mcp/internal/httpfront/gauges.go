package httpfront

// showGauges has the metrics show what is open and in flight.
func (f *Front) showGauges() {
	m := f.o.Metrics
	if f.sessions != nil {
		m.Gauge(`awork_mcp_sessions_open{transport="http"}`, func() float64 { return float64(f.sessions.count()) })
	}
	m.Gauge(`awork_mcp_sessions_open{transport="sse"}`, func() float64 {
		n := 0
		f.streams.Range(func(any, any) bool { n++; return true })
		return float64(n)
	})
	m.Gauge("awork_mcp_streams_open", func() float64 { return float64(f.open.count()) })
	m.Gauge("awork_mcp_calls_in_flight", func() float64 { return float64(f.calls.count()) })
}

func (f *Front) showConnections(c *connections) {
	f.o.Metrics.Gauge("awork_mcp_connections_open", func() float64 { open, _ := c.count(); return float64(open) })
	f.o.Metrics.Gauge("awork_mcp_connections_busy", func() float64 { _, held := c.count(); return float64(held) })
}
