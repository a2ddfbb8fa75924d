// Package statestore marks what was used once in a Valkey or Redis server, for all
// replicas that share it.
//
//	store, err := statestore.New("redis://user:password@redis.internal:6379/0")
//	…
//	defer store.Close()
//	first, err := store.Use(ctx, key, time.Minute) // true for one of all who ask
//
// It sends one plain command, SET with NX and PX, so that any server will do. The
// connection is made when it is first needed, and again after it was lost.
package statestore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/valkey-io/valkey-go"
)

const (
	// prefix keeps our keys apart from those of other programs.
	prefix = "awork-mcp:used:"
	// useTimeout bounds what a human's answer waits for.
	useTimeout  = 3 * time.Second
	dialTimeout = 2 * time.Second
)

var (
	errURL = errors.New("set redis://[user:password@]host:port[/db], or rediss:// for TLS; " +
		"valkey:// and valkeys:// mean the same")
	// ErrUnavailable is the error of a store that does not answer, or not as it should.
	ErrUnavailable = errors.New("the state store can't be used at the moment")
)

// Store is a Valkey or Redis server. Its methods may be called at any time.
type Store struct {
	options valkey.ClientOption
	dialing chan struct{} // holds an element while nobody dials

	mu     sync.Mutex
	client valkey.Client // nil until the server has been reached
}

// New returns the store of a URL, to which it does not connect yet. The error does
// not quote the URL, which may hold a password.
func New(address string) (*Store, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" {
		return nil, errURL
	}
	switch u.Scheme {
	case "redis", "rediss", "valkey", "valkeys":
	default:
		return nil, errURL
	}
	o, err := valkey.ParseURL(u.String())
	if err != nil {
		return nil, errURL
	}
	o.ClientName = "awork-mcp"
	o.Dialer.Timeout = dialTimeout
	o.ConnWriteTimeout = useTimeout
	o.DisableRetry = true // an answer that was lost counts as used
	o.DisableCache = true
	// Commands are few and small.
	o.ReadBufferEachConn, o.WriteBufferEachConn, o.RingScaleEachConn = 4<<10, 4<<10, 6
	return &Store{options: o, dialing: make(chan struct{}, 1)}, nil
}

// Use marks key as used for ttl, and reports whether it was not used before: of all
// who ask at once, one is the first.
func (s *Store) Use(ctx context.Context, key string, ttl time.Duration) (first bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, useTimeout)
	defer cancel()
	c, err := s.connected(ctx)
	if err != nil {
		return false, err
	}
	err = c.Do(ctx, c.B().Set().Key(prefix+key).Value("1").Nx().Px(ttl).Build()).Error()
	switch {
	case err == nil:
		return true, nil
	case valkey.IsValkeyNil(err):
		return false, nil
	}
	return false, unavailable(err)
}

// Check returns an error where the store can't be used now.
func (s *Store) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, useTimeout)
	defer cancel()
	c, err := s.connected(ctx)
	if err != nil {
		return err
	}
	if err := c.Do(ctx, c.B().Ping().Build()).Error(); err != nil {
		return unavailable(err)
	}
	return nil
}

// Close ends the connection.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		s.client.Close()
		s.client = nil
	}
}

// connected returns the client, which one of all who wait for it makes.
func (s *Store) connected(ctx context.Context) (valkey.Client, error) {
	if c := s.current(); c != nil {
		return c, nil
	}
	select {
	case s.dialing <- struct{}{}:
		defer func() { <-s.dialing }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	if c := s.current(); c != nil {
		return c, nil
	}
	c, err := valkey.NewClient(s.options)
	if err != nil {
		return nil, unavailable(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client = c
	return c, nil
}

func (s *Store) current() valkey.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client
}

func unavailable(err error) error { return fmt.Errorf("%w: %w", ErrUnavailable, err) }
