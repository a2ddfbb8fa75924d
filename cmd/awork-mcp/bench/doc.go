// Package bench measures the built program from outside, as ratios within one
// run: against the bare request that a tool makes, and against the smallest
// mcp-go server that makes it (floor). It runs with
//
//	go test -tags bench -run Speed -v -timeout 30m ./cmd/awork-mcp/bench
//
// and prints the table that docs/benchmarks.md keeps. It never fails on a time.
package bench
