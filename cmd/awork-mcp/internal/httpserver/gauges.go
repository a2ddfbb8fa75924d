package httpserver

import "github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"

// showGauges has the metrics show what is open and in flight.
func (s *Server) showGauges() {
	m := s.o.Metrics
	if s.streamable.sessions != nil {
		m.Gauge(`awork_mcp_sessions_open{transport="http"}`, func() float64 { return float64(s.streamable.sessions.count()) })
	}
	m.Gauge(`awork_mcp_sessions_open{transport="sse"}`, func() float64 { return float64(s.sse.count()) })
	m.Gauge("awork_mcp_streams_open", func() float64 { return float64(s.streams.InUse()) })
	m.Gauge("awork_mcp_calls_in_flight", func() float64 { return float64(s.calls.count()) })
}

func (s *Server) showConnections(l *limits.Listener) {
	s.o.Metrics.Gauge("awork_mcp_connections_open", func() float64 { open, _ := l.Count(); return float64(open) })
	s.o.Metrics.Gauge("awork_mcp_connections_busy", func() float64 { _, busy := l.Count(); return float64(busy) })
}
