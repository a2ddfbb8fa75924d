//go:build race

package tools_test

// withRace: the race detector makes everything many times slower.
const withRace = true
