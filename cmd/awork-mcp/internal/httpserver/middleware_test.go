package httpserver

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// record is a log that can be read while it is written.
type record struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

func (r *record) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	var out record
	x := start(t, Options{Log: out.log()})
	for _, test := range []struct {
		sent  string
		stays bool
	}{
		{"abc-DEF_1.2", true},
		{strings.Repeat("a", 64), true},
		{strings.Repeat("a", 65), false},
		{"a b", false},
		{"a\"b", false},
		{"", false},
	} {
		_, _, header := x.send("GET", "/healthz", "", "X-Request-Id", test.sent)
		got := header.Get("X-Request-Id")
		if got == "" || (got == test.sent) != test.stays {
			t.Errorf("sent %q, got %q", test.sent, got)
		}
	}
	x.send("POST", "/message?sessionId=secret", "{}", "X-Request-Id", "look-here")
	x.stop()
	if err := receive(t, x.served); err != nil {
		t.Error(err)
	}
	close(x.served)
	if s := out.String(); !strings.Contains(s, "path=/message status=404") ||
		!strings.Contains(s, "requestId=look-here") ||
		strings.Contains(s, "secret") {
		t.Errorf("log:\n%s", s)
	}
}

func TestPanicIsContained(t *testing.T) {
	t.Parallel()
	var out record
	x := start(t, Options{Log: out.log()})
	body, header := modern(1, "panic", "")
	if status, answer, _ := x.send("POST", "/mcp", body, header...); status != 500 ||
		strings.Contains(answer, "ouch") {
		t.Errorf("/mcp: %d %s", status, answer)
	}
	lines, post := x.stream()
	if status := post(call("p", "panic", "")); status != http.StatusAccepted {
		t.Errorf("/message: %d", status)
	}
	if answer := next(t, lines); !strings.Contains(answer, `"id":"p","error":{"code":-32603`) ||
		strings.Contains(answer, "ouch") {
		t.Errorf("/sse: %s", answer)
	}
	post(call(2, "echo", ""))
	if answer := next(t, lines); !strings.Contains(answer, "echoed") {
		t.Errorf("the stream after a panic: %s", answer)
	}
	if s := out.String(); strings.Count(s, "panic=ouch") != 2 || !strings.Contains(s, "fixture_test.go") {
		t.Errorf("log:\n%s", s)
	}
}

func behindMiddleware(writeTimeout time.Duration, serve http.HandlerFunc) http.Handler {
	return &middleware{
		routes: map[string]http.Handler{"/": serve}, log: slog.New(slog.DiscardHandler),
		bodyTimeout: time.Minute, writeTimeout: writeTimeout,
	}
}

func TestPanicAfterHalfAnAnswerCutsIt(t *testing.T) {
	t.Parallel()
	late := make(chan error, 1)
	srv := httptest.NewServer(behindMiddleware(time.Minute, func(w http.ResponseWriter, r *http.Request) {
		go func() {
			<-r.Context().Done()
			_, err := w.Write([]byte("late"))
			late <- err
		}()
		_, _ = w.Write([]byte("half"))
		w.(http.Flusher).Flush()
		panic("ouch")
	}))
	defer srv.Close()
	res, err := srv.Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if data, err := io.ReadAll(res.Body); err == nil || string(data) != "half" {
		t.Errorf("read %q, %v", data, err)
	}
	if receive(t, late) == nil {
		t.Error("a write after the end was taken")
	}
}

// A client that does not read is cut when a write to it takes too long.
func TestSlowReaderIsCut(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	srv := httptest.NewServer(behindMiddleware(50*time.Millisecond, func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for {
			if _, err := w.Write(chunk); err != nil {
				failed <- err
				return
			}
		}
	}))
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, failed); err == nil {
		t.Error("no error")
	}
}

func TestLogDropsChatter(t *testing.T) {
	t.Parallel()
	var out record
	log := slog.New(atLeastWarn{out.log().Handler()}).With("a", 1).WithGroup("g")
	log.Info("chatter")
	log.Warn("trouble")
	if s := out.String(); strings.Contains(s, "chatter") || !strings.Contains(s, "trouble") {
		t.Error(s)
	}
}
