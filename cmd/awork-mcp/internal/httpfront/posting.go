package httpfront

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

type postingKey struct{}

const eventStream = "text/event-stream"

var errNoStream = errors.New("the answer is no stream of events")

// posting is the answer to one POST. mcp-go lets all calls of a session share
// one channel of notifications, so that a call's progress may come with another
// call's answer, and drops what it has not written when the answer is ready.
// Here each request writes its own, as events of its own answer, and before
// whatever mcp-go writes next. mcp-go is given a header of its own, since both
// may begin the answer.
type posting struct {
	*writer
	header  http.Header
	alias   alias
	request bool // not a notification, whose answer has no room for events
	// initialized says that an initialize has succeeded.
	initialized atomic.Bool

	mu            sync.Mutex
	over          bool
	notifications chan mcp.JSONRPCNotification
	settled       chan struct{} // closed when no more of them come
	written       chan struct{} // closed when they are written, after that
}

func (p *posting) Header() http.Header { return p.header }

func (p *posting) WriteHeader(code int) {
	p.settle()
	if !p.initialized.Load() {
		p.header.Del(server.HeaderKeySessionID) // of a session that will not be
	}
	p.start(code, p.header)
}

func (p *posting) Write(data []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	said := p.alias.restore(data)
	var err error
	if p.header.Get("Content-Type") == "application/json" && p.streams() { // mcp-go does not know it
		err = sendEvent(p.writer, "message", bytes.TrimSpace(said))
	} else {
		_, err = p.writer.Write(said)
	}
	if err != nil {
		return 0, err
	}
	return len(data), nil
}

// streams reports whether the answer, which has begun, is a stream of events.
func (p *posting) streams() bool { return p.writer.Header().Get("Content-Type") == eventStream }

// channel is where a request's notifications go; nil, where they are no request's.
func (p *posting) channel() chan<- mcp.JSONRPCNotification {
	if p == nil || !p.request {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return make(chan mcp.JSONRPCNotification, 1) // nobody waits for it any more
	}
	if p.notifications == nil {
		p.notifications = make(chan mcp.JSONRPCNotification, 100)
		p.settled, p.written = make(chan struct{}), make(chan struct{})
		go p.forward(p.notifications, p.settled, p.written)
	}
	return p.notifications
}

// settle returns when the notifications that have been sent are written.
func (p *posting) settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.notifications != nil {
		close(p.settled)
		<-p.written
		p.notifications = nil
	}
}

// end drops what is sent from now on.
func (p *posting) end() {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	p.settle()
}

func (p *posting) forward(notifications <-chan mcp.JSONRPCNotification, settled <-chan struct{}, written chan<- struct{}) {
	defer close(written)
	for {
		select {
		case n := <-notifications:
			_ = p.event(n) // a client that is gone has cancelled the call
		case <-settled:
			if len(notifications) == 0 {
				return
			}
		}
	}
}

// event writes a message. It begins a stream of events, unless the answer has
// begun as something else.
func (p *posting) event(message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	p.start(http.StatusOK, http.Header{"Content-Type": {eventStream}, "Cache-Control": {"no-cache"}})
	if !p.streams() {
		return errNoStream
	}
	return sendEvent(p.writer, "message", p.alias.restore(data))
}
