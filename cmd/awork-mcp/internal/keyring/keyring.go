// Package keyring stores secrets in the keyring of this machine's user.
//
// A keyring may ask its owner to unlock it, and nothing can stop a call that waits
// for that. So each call returns when its context ends, and what was asked for may
// still be done later.
package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/awork"
)

// service is the name under which the keyring lists the program's entries.
const service = "awork-mcp"

// Backend is a keyring as github.com/zalando/go-keyring has it. Where there is no
// such entry, Get and Delete return its ErrNotFound.
type Backend interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// Keyring holds the program's entries. The zero Keyring uses the system's.
type Keyring struct {
	// Backend, where not nil, replaces the system's keyring.
	Backend Backend
}

// Service returns the name under which the keyring lists the program's entries.
func (Keyring) Service() string { return service }

// answer is what a keyring returns.
type answer struct {
	value string
	err   error
}

// Get returns the entry of that name; where there is none, the error is
// go-keyring's ErrNotFound.
func (k Keyring) Get(ctx context.Context, name string) (awork.Secret, error) {
	done := make(chan answer, 1)
	go k.get(name, done)
	value, err := wait(ctx, done)
	return awork.NewSecret(value), err
}

// Set stores the entry of that name.
func (k Keyring) Set(ctx context.Context, name string, value awork.Secret) error {
	done := make(chan answer, 1)
	go k.set(name, value, done)
	_, err := wait(ctx, done)
	return err
}

// Delete removes the entry of that name, if there is one.
func (k Keyring) Delete(ctx context.Context, name string) error {
	done := make(chan answer, 1)
	go k.delete(name, done)
	if _, err := wait(ctx, done); !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	return nil
}

func (k Keyring) get(name string, done chan<- answer) {
	value, err := k.backend().Get(service, name)
	done <- answer{value, err}
}

func (k Keyring) set(name string, value awork.Secret, done chan<- answer) {
	done <- answer{err: k.backend().Set(service, name, value.Reveal())}
}

func (k Keyring) delete(name string, done chan<- answer) {
	done <- answer{err: k.backend().Delete(service, name)}
}

func (k Keyring) backend() Backend {
	if k.Backend != nil {
		return k.Backend
	}
	return system{}
}

func wait(ctx context.Context, done <-chan answer) (value string, err error) {
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("the keyring did not answer, perhaps it is locked: %w", ctx.Err())
	}
}

// system is the keyring of the system.
type system struct{}

func (system) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (system) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}
func (system) Delete(service, user string) error { return keyring.Delete(service, user) }
