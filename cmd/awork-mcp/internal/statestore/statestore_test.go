package statestore

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
	"go.uber.org/goleak"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/statestore/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon bounds waits for what is about to happen; no test waits for it.
const soon = 20 * time.Second

func open(t *testing.T, url string) *Store {
	t.Helper()
	s, err := New(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// silent is a server that takes connections and never answers.
func silent(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return "redis://user:canary@" + ln.Addr().String()
}

func hides(t *testing.T, err error, secret string) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the error shows the password: %v", err)
	}
}

// Of all replicas that ask at once, one is the first.
func TestUse(t *testing.T) {
	t.Parallel()
	s := storetest.Start(t)
	replicas := []*Store{open(t, s.URL("redis")), open(t, s.URL("valkey")), open(t, s.URL("redis"))}
	if err := replicas[0].Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for round := range 10 {
		var firsts atomic.Int32
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				first, err := replicas[i%len(replicas)].Use(t.Context(), fmt.Sprint("answer-", round), time.Minute)
				if err != nil {
					t.Error(err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
		all.Wait()
		if n := firsts.Load(); n != 1 {
			t.Errorf("round %d: %d were the first", round, n)
		}
	}
}

func TestUseExpires(t *testing.T) {
	t.Parallel()
	s := storetest.Start(t)
	x := open(t, s.URL("redis"))
	expired := subscribeExpired(t, s)
	for _, want := range []bool{true, false} {
		if first, err := x.Use(t.Context(), "key", 2*time.Second); err != nil || first != want {
			t.Errorf("%t, %v", first, err)
		}
	}
	if key := expired(); key != prefix+"key" {
		t.Errorf("%s expired", key)
	}
	if first, err := x.Use(t.Context(), "key", time.Minute); err != nil || !first {
		t.Errorf("the mark has expired: %t, %v", first, err)
	}
}

// subscribeExpired has the server report the keys that expire; next waits for one.
func subscribeExpired(t *testing.T, s *storetest.Server) (next func() string) {
	t.Helper()
	c, err := redis.DialURL(s.URL("redis"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Do("CONFIG", "SET", "notify-keyspace-events", "Ex"); err != nil {
		t.Fatal(err)
	}
	p := redis.PubSubConn{Conn: c}
	if err := p.PSubscribe("__keyevent@*__:expired"); err != nil {
		t.Fatal(err)
	}
	if err, failed := p.ReceiveWithTimeout(soon).(error); failed { // else it is subscribed
		t.Fatal(err)
	}
	return func() string {
		t.Helper()
		switch m := p.ReceiveWithTimeout(soon).(type) {
		case redis.Message:
			return string(m.Data)
		default:
			t.Fatalf("nothing expires: %v", m)
			return ""
		}
	}
}

// A server that is away is an error, never a first use, and is used again when it
// is back.
func TestServerGoesAndComesBack(t *testing.T) {
	t.Parallel()
	s := storetest.Start(t)
	x := open(t, s.URL("redis"))
	if first, err := x.Use(t.Context(), "before", time.Minute); err != nil || !first {
		t.Fatal(first, err)
	}
	s.Stop()
	for range 3 {
		first, err := x.Use(t.Context(), "while", time.Minute)
		if !errors.Is(err, ErrUnavailable) || first {
			t.Errorf("while it is away: %t, %v", first, err)
		}
		hides(t, err, s.Password)
	}
	s.Start()
	if first, err := x.Use(t.Context(), "after", time.Minute); err != nil || !first {
		t.Errorf("it is back: %t, %v", first, err)
	}
}

// One that was never there can come later.
func TestServerComesLater(t *testing.T) {
	t.Parallel()
	s := storetest.Start(t)
	s.Stop()
	x := open(t, s.URL("redis"))
	if err := x.Check(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("before it is there: %v", err)
	}
	s.Start()
	if err := x.Check(t.Context()); err != nil {
		t.Errorf("it is there: %v", err)
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	s := storetest.Start(t)
	const wrong = "canary-wrong"
	x := open(t, strings.Replace(s.URL("redis"), s.Password, wrong, 1))
	first, err := x.Use(t.Context(), "key", time.Minute)
	if !errors.Is(err, ErrUnavailable) || first {
		t.Errorf("%t, %v", first, err)
	}
	hides(t, err, wrong)
}

// Nobody waits for a server that does not answer.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	x := open(t, silent(t))
	began := time.Now()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if first, err := x.Use(t.Context(), "key", time.Minute); !errors.Is(err, ErrUnavailable) || first {
				t.Errorf("%t, %v", first, err)
			}
		})
	}
	all.Wait()
	if took := time.Since(began); took > soon {
		t.Errorf("took %s", took)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "localhost:6379", "http://canary@localhost", "unix:///canary.sock", "redis://", "redis:///1", "redis://u:canary@",
		"redis://u:canary@h:6379/x", "redis://u:canary@h:65536", "redis://u:canary@h:0", "redis://u:canary@h:1?db=3", "redis://u:canary@h:1#x",
		"redis://u:canary@h/1/2", "redis://u:canary@h:port", "REDIS//canary", "redis://u:canary@h%",
	} {
		_, err := New(url)
		if err == nil || !strings.Contains(err.Error(), "redis://[user:password@]host:port[/db]") {
			t.Errorf("%q: %v", url, err)
		}
		hides(t, err, "canary")
	}
	for _, url := range []string{
		"redis://h", "valkey://u:p@h:6379/2", "rediss://h", "valkeys://h:1", " redis://h:1\n", "redis://[::1]:6379/",
	} {
		if _, err := New(url); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// Where TLS is wanted, nothing is sent without it.
func TestTLSIsUsed(t *testing.T) {
	t.Parallel()
	s := storetest.Start(t)
	for _, scheme := range []string{"rediss", "valkeys"} {
		first, err := open(t, s.URL(scheme)).Use(t.Context(), "key", time.Minute)
		if !errors.Is(err, ErrUnavailable) || first {
			t.Errorf("%s to a server without it: %t, %v", scheme, first, err)
		}
		hides(t, err, s.Password)
	}
}
