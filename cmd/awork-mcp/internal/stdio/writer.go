package stdio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

var (
	errEncode = errors.New("encode a message")
	errOver   = errors.New("the session is over")
)

// A writer writes messages, each in one Write of one line. After the first
// failure, which it reports, it writes nothing more: half a line may be out.
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

// send writes v, if may still says so when its turn has come; a nil may says
// yes.
func (w *writer) send(v any, may func() bool) error {
	buf := w.buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= 64<<10 {
			buf.Reset()
			w.buffers.Put(buf)
		}
	}()
	if err := json.NewEncoder(buf).Encode(v); err != nil { // ends with a newline
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

// close has nothing more written. It doesn't wait for a Write that is stuck.
func (w *writer) close() { w.over.Store(true) }

// failure returns what writing failed with.
func (w *writer) failure() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}
