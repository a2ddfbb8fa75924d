package outbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"go.uber.org/goleak"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func notification(method string) mcp.JSONRPCNotification {
	return mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION, Notification: mcp.Notification{Method: method}}
}

func ExampleOutbox() {
	var box outbox.Outbox
	ch := box.Channel(func(n mcp.JSONRPCNotification) { fmt.Println(n.Method) })
	ch <- notification("notifications/progress")
	ch <- notification("notifications/message")
	box.Flush()
	fmt.Println("answer")
	box.Close()
	// Output:
	// notifications/progress
	// notifications/message
	// answer
}

func TestNotificationsFlowBeforeTheFlush(t *testing.T) {
	t.Parallel()
	var box outbox.Outbox
	got := make(chan string)
	box.Channel(func(n mcp.JSONRPCNotification) { got <- n.Method }) <- notification("x")
	select {
	case <-got:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	box.Close()
}

func TestFlushOpensAnewAndCloseDoesNot(t *testing.T) {
	t.Parallel()
	var box outbox.Outbox
	var got []string
	write := func(n mcp.JSONRPCNotification) { got = append(got, n.Method) }
	box.Flush() // nothing to write
	box.Channel(write) <- notification("1")
	box.Flush()
	if !slices.Equal(got, []string{"1"}) {
		t.Errorf("after the flush: %v", got)
	}
	box.Channel(write) <- notification("2")
	box.Close()
	if !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("after the end: %v", got)
	}
	if box.Channel(write) != nil {
		t.Error("a closed outbox takes more")
	}
	box.Close()
}

// A handler may leave a goroutine behind that sends on.
func TestASenderThatNeverStopsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	var box outbox.Outbox
	ch := box.Channel(func(mcp.JSONRPCNotification) {})
	stop := make(chan struct{})
	sender := make(chan struct{})
	go func() {
		defer close(sender)
		for {
			select {
			case ch <- notification("x"):
			case <-stop:
				return
			}
		}
	}()
	closed := make(chan struct{})
	go func() { defer close(closed); box.Close() }()
	select {
	case <-closed:
	case <-time.After(20 * time.Second):
		t.Error("Close does not return")
	}
	close(stop)
	<-sender
}
