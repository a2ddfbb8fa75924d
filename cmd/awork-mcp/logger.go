package main

import (
	"cmp"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
)

// logger returns a logger to w: colored text on a terminal, JSON elsewhere,
// unless the settings choose.
func (s *settings) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cmp.Or(s.LogLevel, "info"))) // the command line allows no other
	onTerminal := isTerminal(w)
	if s.LogFormat == "json" || s.LogFormat == "auto" && !onTerminal {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(tint.NewTextHandler(w, &tint.Options{
		Level: level, TimeFormat: time.TimeOnly, NoColor: !onTerminal || os.Getenv("NO_COLOR") != "",
	}))
}
