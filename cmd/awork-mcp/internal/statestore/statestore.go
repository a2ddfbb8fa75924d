// Package statestore marks what was used once in a Valkey or Redis server, for all
// replicas that share it.
//
//	store, err := statestore.New("redis://user:password@redis.internal:6379/0")
//	…
//	defer store.Close()
//	first, err := store.Use(ctx, key, time.Minute) // true for one of all who ask
//
// It sends one plain command, SET with NX and PX, so that any server will do.
// Connections are made when they are needed, and again after they were lost.
package statestore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"
)

const (
	// prefix separates our keys from those of other programs.
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
type Store struct{ pool *redis.Pool }

// New returns the store of a URL, to which it does not connect yet. The error does
// not quote the URL, which may hold a password.
func New(address string) (*Store, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errURL
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, errURL
		}
	}
	switch u.Scheme {
	case "redis", "rediss", "valkey", "valkeys":
	default:
		return nil, errURL
	}
	if db := strings.TrimPrefix(u.Path, "/"); db != "" {
		if _, err := strconv.ParseUint(db, 10, 16); err != nil {
			return nil, errURL
		}
	}
	return &Store{&redis.Pool{
		DialContext: func(ctx context.Context) (redis.Conn, error) {
			return redis.DialURLContext(ctx, address, redis.DialConnectTimeout(dialTimeout),
				redis.DialTLSHandshakeTimeout(dialTimeout), redis.DialReadTimeout(useTimeout), redis.DialWriteTimeout(useTimeout))
		},
		TestOnBorrow: testIdle,
		MaxIdle:      4,
		MaxActive:    32,
		IdleTimeout:  5 * time.Minute,
		Wait:         true,
	}}, nil
}

// testIdle has a connection that the server may have closed meanwhile replaced.
func testIdle(c redis.Conn, since time.Time) error {
	if time.Since(since) < time.Second {
		return nil
	}
	_, err := c.Do("PING")
	return err
}

// Use marks key as used for ttl, and reports whether it was not used before: of all
// who ask at once, one is the first.
func (s *Store) Use(ctx context.Context, key string, ttl time.Duration) (first bool, err error) {
	reply, err := s.do(ctx, "SET", prefix+key, "1", "NX", "PX", max(1, ttl.Milliseconds()))
	return err == nil && reply != nil, err
}

// Check returns an error where the store can't be used now.
func (s *Store) Check(ctx context.Context) error {
	_, err := s.do(ctx, "PING")
	return err
}

// do sends a command once: an answer that was lost counts as used.
func (s *Store) do(ctx context.Context, command string, args ...any) (reply any, err error) {
	ctx, cancel := context.WithTimeout(ctx, useTimeout)
	defer cancel()
	c, err := s.pool.GetContext(ctx)
	if err == nil {
		defer func() { _ = c.Close() }()
		reply, err = redis.DoContext(c, ctx, command, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return reply, nil
}

// Close ends the connections.
func (s *Store) Close() { _ = s.pool.Close() } // it has no errors
