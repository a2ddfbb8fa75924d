package stdio

import (
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLines(t *testing.T) {
	t.Parallel()
	exact := strings.Repeat("x", 100_000)
	in := " a \r\n\n\r\n" + exact + "\r\n" + exact + "y\nb\n" + strings.Repeat("z", 300_000) + "\n" +
		exact + strings.Repeat(" ", 300_000) + "!\nlast"
	want := []string{"a", exact, errTooLong.Error(), "b", errTooLong.Error(), errTooLong.Error(), "last", "EOF", "EOF"}
	for name, r := range map[string]io.Reader{
		"at once": strings.NewReader(in), "bytes": iotest.OneByteReader(strings.NewReader(in)),
		"eof with data": iotest.DataErrReader(strings.NewReader(in)),
	} {
		l := newLines(r, len(exact))
		var got []string
		for range want {
			line, err := l.next()
			if err != nil {
				line = []byte(err.Error())
			}
			got = append(got, string(line))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got lengths %v", name, lengths(got))
		}
	}
}

func lengths(all []string) (n []int) {
	for _, s := range all {
		n = append(n, len(s))
	}
	return n
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// Not parallel: it counts what is allocated.
func TestALongLineIsNotHeld(t *testing.T) {
	var before, after runtime.MemStats
	l := newLines(io.LimitReader(endless{}, 256<<20), maxLine)
	runtime.ReadMemStats(&before)
	_, err := l.next()
	runtime.ReadMemStats(&after)
	if held := after.TotalAlloc - before.TotalAlloc; held > 8<<20 || !errors.Is(err, errTooLong) {
		t.Errorf("%d bytes, %v", held, err)
	}
	if _, err := l.next(); !errors.Is(err, io.EOF) {
		t.Errorf("then %v", err)
	}
}
