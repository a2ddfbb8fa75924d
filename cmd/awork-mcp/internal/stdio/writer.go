package stdio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
)

var (
	errEncode = errors.New("encode a message")
	errOver   = errors.New("the session is over")
)

// A writer writes messages, each in one Write of one line. After the first
// failure, which it passes to fail, it writes nothing more: half a line may be out.
type writer struct {
	fail    func(error)
	failed  atomic.Pointer[error]
	over    atomic.Bool
	buffers sync.Pool

	mu  sync.Mutex
	out io.Writer
}

func newWriter(out io.Writer, fail func(error)) *writer {
	return &writer{out: out, fail: fail, buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
}

// send writes v, if may still reports true when its turn has come, or is nil.
func (w *writer) send(v any, may func() bool) error {
	buf := w.buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= 64<<10 {
			buf.Reset()
			w.buffers.Put(buf)
		}
	}()
	if err := encode(buf, v); err != nil {
		return fmt.Errorf("%w: %w", errEncode, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.failure() != nil:
		return w.failure()
	case w.over.Load():
		return errOver
	case may != nil && !may():
		return nil
	}
	_, err := w.out.Write(buf.Bytes())
	if err != nil {
		w.failed.Store(&err)
		w.fail(err)
	}
	return err
}

// encode writes a message as a line. The result of a tool call is long: its own
// JSON is written as it is and not compacted once more.
func encode(buf *bytes.Buffer, v any) error {
	resp, _ := v.(mcp.JSONRPCResponse)
	result, ok := resp.Result.(*mcp.CallToolResult)
	if !ok {
		return json.NewEncoder(buf).Encode(v) // ends with a newline
	}
	id, err := json.Marshal(resp.ID)
	if err != nil {
		return err
	}
	text, err := result.MarshalJSON()
	if err != nil {
		return err
	}
	for _, part := range [][]byte{[]byte(`{"jsonrpc":"2.0","id":`), id, []byte(`,"result":`), text, []byte("}\n")} {
		buf.Write(part)
	}
	return nil
}

// close has nothing more written. It doesn't wait for a Write that is stuck.
func (w *writer) close() { w.over.Store(true) }

// failure returns what writing failed with.
func (w *writer) failure() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}
