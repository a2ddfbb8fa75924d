package main

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools"
)

// opener makes accounts and counts them.
func opener() (open func(awork.Token) (*tools.Account, error), opened *int) {
	opened = new(int)
	return func(t awork.Token) (*tools.Account, error) {
		*opened++ // under the lock of accounts
		client, err := awork.New(awork.Config{Tokens: awork.StaticToken(t)})
		if err != nil {
			return nil, err
		}
		return tools.NewAccount(client), nil
	}, opened
}

func (a *accounts) mustGet(t *testing.T, token string) *tools.Account {
	t.Helper()
	got, err := a.get("", token)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A token has one account, however many ask at once, and no other token has it.
func TestOneAccountForEachToken(t *testing.T) {
	t.Parallel()
	open, opened := opener()
	a := newAccounts(open)
	first, second := a.mustGet(t, "first"), a.mustGet(t, "second")
	if first == second {
		t.Fatal("two tokens share an account")
	}
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			token, want := "first", first
			if i%2 == 1 {
				token, want = "second", second
			}
			if got, err := a.get("", token); err != nil || got != want {
				t.Errorf("%s: %v, another account: %t", token, err, got != want)
			}
		})
	}
	all.Wait()
	if *opened != 2 {
		t.Errorf("%d accounts were opened", *opened)
	}
	for _, bad := range []string{"", " ", "two words", "${AWORK_TOKEN}", "tökén"} {
		if got, err := a.get("", bad); err == nil || got != nil {
			t.Errorf("%q has an account", bad)
		}
	}
	if len(a.by) != 2 || *opened != 2 {
		t.Errorf("what is no token has made accounts: %d are held, %d were opened", len(a.by), *opened)
	}
}

func TestAccountsExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open, _ := opener()
		a := newAccounts(open)
		used, idle := a.mustGet(t, "used"), a.mustGet(t, "idle")
		time.Sleep(accountTTL - time.Second)
		if a.mustGet(t, "used") != used {
			t.Error("an account was forgotten too early")
		}
		time.Sleep(2 * time.Second)
		a.mustGet(t, "third")
		if len(a.by) != 2 {
			t.Errorf("%d accounts are held", len(a.by))
		}
		if a.mustGet(t, "used") != used {
			t.Error("the account in use was forgotten")
		}
		if a.mustGet(t, "idle") == idle {
			t.Error("the idle account was not dropped")
		}
	})
}

func TestAccountsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open, _ := opener()
		a := newAccounts(open)
		got := map[string]*tools.Account{}
		for i := range maxAccounts {
			token := fmt.Sprintf("token-%d", i)
			got[token] = a.mustGet(t, token)
			time.Sleep(time.Millisecond)
		}
		a.mustGet(t, "token-0") // token-1 is the one used least lately now
		time.Sleep(time.Millisecond)
		a.mustGet(t, "one-more")
		if len(a.by) != maxAccounts {
			t.Errorf("%d accounts are held", len(a.by))
		}
		for _, token := range []string{"token-0", "token-2", fmt.Sprintf("token-%d", maxAccounts-1)} {
			if a.mustGet(t, token) != got[token] {
				t.Errorf("%s was forgotten", token)
			}
		}
		if a.mustGet(t, "token-1") == got["token-1"] {
			t.Error("the one that was used least lately was not dropped")
		}
	})
}

// Who makes up tokens forgets its own accounts, not those of others.
func TestAccountsOfOneCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open, _ := opener()
		a := newAccounts(open)
		get := func(caller, token string) *tools.Account {
			t.Helper()
			got, err := a.get(caller, token)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		anns := get("ann", "real")
		for i := range maxAccounts + 100 {
			time.Sleep(time.Millisecond)
			get("eve", fmt.Sprintf("token-%d", i))
		}
		if len(a.by) != maxAccounts/2+1 {
			t.Errorf("%d accounts are held", len(a.by))
		}
		for i := range maxAccounts/2 - 1 {
			get(fmt.Sprint("caller-", i), fmt.Sprint("theirs-", i))
		}
		if get("ann", "real") != anns {
			t.Error("the account of another caller was forgotten")
		}
	})
}
