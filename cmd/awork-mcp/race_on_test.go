//go:build race

package main_test

const withRace = true
