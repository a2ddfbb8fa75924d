package stdio

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

func TestEndOfInputAnswersWhatIsInFlight(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		h := start(t)
		h.open(era)
		h.send(blocks(era, 0, 100)...)
		h.waitStarted(maxCalls)
		// The last line has no newline.
		if _, err := io.WriteString(h.in, call(era, `"last"`, "echo", `{"text":"x"}`)); err != nil {
			t.Fatal(err)
		}
		_ = h.in.Close()
		close(h.release)
		got := h.answers(101)
		if got[`"last"`].text() != "x" || got["99"].text() != "released" {
			t.Errorf("%s: %+v", era, got)
		}
		if rest := h.end(); rest != nil {
			t.Errorf("%s: more was written: %+v", era, rest)
		}
	}
}

func TestDrainIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		h.send(blocks("legacy", 0, maxCalls+10)...)
		h.waitStarted(maxCalls)
		began := time.Now()
		rest := h.end()
		if took := time.Since(began); took != drain {
			t.Errorf("took %v", took)
		}
		stopped, refused := 0, 0
		for _, r := range rest {
			if r.text() == "stopped" {
				stopped++
			} else if r.Error != nil && strings.Contains(r.Error.Message, "not started") {
				refused++
			}
		}
		if stopped != maxCalls || refused != 10 || len(h.started) != 0 {
			t.Errorf("%d stopped, %d refused, %d started late", stopped, refused, len(h.started))
		}
	})
}

func TestDeafHandlersHoldTheShutdownForALimitedTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		for id := range maxCalls + 1 {
			h.send(call("legacy", strconv.Itoa(id), "deaf", `{}`))
		}
		h.waitStarted(maxCalls)
		began := time.Now()
		if rest := h.end(); len(rest) != 1 || string(rest[0].ID) != strconv.Itoa(maxCalls) || rest[0].Error == nil {
			t.Errorf("of those that waited: %+v", rest)
		}
		if took := time.Since(began); took != drain+cancelGrace {
			t.Errorf("took %v", took)
		}
		close(h.release)
		synctest.Wait()
		if rest := h.rest(); rest != nil {
			t.Errorf("written after Serve has returned: %+v", rest)
		}
		if !strings.Contains(h.log.String(), "outlived") {
			t.Errorf("log: %s", h.log)
		}
	})
}

// The last handler gets its full time, and its answer is written when it needs less.
func TestOneHandlerLeftGetsItsGrace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		returns time.Duration // after the input's end
		took    time.Duration
		answers int
	}{
		"in time": {drain + cancelGrace - time.Second, drain + cancelGrace - time.Second, 1},
		"late":    {drain + cancelGrace + time.Second, drain + cancelGrace, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := start(t)
			h.send(call("legacy", "1", "deaf", `{}`))
			h.waitStarted(1)
			began := time.Now()
			time.AfterFunc(test.returns, func() { close(h.release) })
			if rest := h.end(); len(rest) != test.answers {
				t.Errorf("%s: %+v", name, rest)
			}
			if took := time.Since(began); took != test.took {
				t.Errorf("%s: took %v", name, took)
			}
			<-h.release // nothing in the bubble outlives it
		})
	}
}

// What can't be written costs the time that answers have, and no more.
func TestAClientThatDoesNotReadCannotHoldTheShutdown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tool string
		want time.Duration
	}{
		"handled": {"echo", drain},
		"running": {"block", drain + closeTimeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			in, w := io.Pipe()
			out, stuck := io.Pipe()
			done := make(chan error)
			go func() { done <- Serve(t.Context(), newHost(t).server(), in, stuck, Options{}) }()
			_, _ = io.WriteString(w, call("legacy", "1", test.tool, `{}`))
			_ = w.Close()
			began := time.Now()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took != test.want {
				t.Errorf("%s: took %v", name, took)
			}
			_ = out.Close()
		})
	}
}

func TestContextEndStopsReadingAndDrains(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		h := start(t)
		h.open(era)
		h.send(blocks(era, 0, 70)...)
		h.waitStarted(maxCalls)
		h.send(call("legacy", `"ask"`, "ask", `{}`)) // its turn doesn't come before the end
		h.ping()
		h.stop()
		for refused := false; !refused; { // what comes now is refused
			h.send(`{"jsonrpc":"2.0","id":"ping","method":"ping"}`)
			refused = h.next().Error != nil
		}
		close(h.release)
		if err := receive(t, h.done); err != nil {
			t.Errorf("Serve: %v", err)
		}
		got := h.answers(71)
		if r := got["69"]; r.text() != "released" {
			t.Errorf("queued: %+v", r)
		}
		if r := got[`"ask"`]; !strings.Contains(r.text(), "can't answer") {
			t.Errorf("ask: %+v", r)
		}
		// The read left behind brings one more line, and then ends.
		_, _ = io.WriteString(h.in, call(era, "1", "block", `{}`)+"\n")
		if rest := h.rest(); rest != nil || len(h.started) != 6 {
			t.Errorf("%s: after the end: %+v", era, rest)
		}
	}
}

type brokenPipe struct{ err error }

func (b *brokenPipe) Write([]byte) (int, error) { return 0, b.err }

func TestAFailedWriteEndsServe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		in, w := io.Pipe()
		broken := errors.New("broken pipe")
		done := make(chan error, 1)
		go func() { done <- Serve(t.Context(), h.server(), in, &brokenPipe{broken}, Options{}) }()
		_, _ = io.WriteString(w, call("legacy", "1", "deaf", `{}`)+"\n"+call("modern", "2", "block", `{}`)+"\n")
		h.waitStarted(2)
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":3,"method":"ping"}`+"\n")
		synctest.Wait()
		if len(done) != 0 {
			t.Error("Serve didn't wait for the handler")
		}
		close(h.release)
		if err := receive(t, done); !errors.Is(err, broken) {
			t.Errorf("Serve: %v", err)
		}
		_ = w.Close()
	})
}

func TestAFailedWriteOfTheReaderIsReported(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	err := Serve(t.Context(), newHost(t).server(), strings.NewReader("x\n"), &brokenPipe{err: broken}, Options{})
	if !errors.Is(err, broken) {
		t.Errorf("Serve: %v", err)
	}
}

func TestAFailedReadIsReported(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	broken := errors.New("no such device")
	begun := strings.NewReader(call("legacy", "1", "echo", `{"text":"x"}`) + "\nhalf")
	in := io.MultiReader(begun, iotest.ErrReader(broken))
	if err := Serve(t.Context(), h.server(), in, h, Options{}); !errors.Is(err, broken) {
		t.Errorf("Serve: %v", err)
	}
	if rest := h.rest(); len(rest) != 1 || rest[0].text() != "x" {
		t.Errorf("%+v", rest)
	}
}
