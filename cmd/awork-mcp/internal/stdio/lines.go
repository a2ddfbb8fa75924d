package stdio

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

var errTooLong = errors.New("line too long")

// lines cuts input into lines of at most max bytes.
type lines struct {
	in  *bufio.Reader
	max int
	end error // what reading ended with
}

func newLines(in io.Reader, maxLine int) *lines {
	return &lines{in: bufio.NewReaderSize(in, 64<<10), max: maxLine}
}

// next returns the next line that isn't blank, in memory of its own and
// without the white space around it and a byte order mark before it. The last line may lack its newline. One
// that is too long is skipped, without being held in memory, and gives errTooLong.
func (l *lines) next() ([]byte, error) {
	for l.end == nil {
		line, err := l.read()
		if err != nil && !errors.Is(err, errTooLong) {
			l.end = err
			if !errors.Is(err, io.EOF) {
				break // half a line is none
			}
			err = nil
		}
		if line = jsonrpc.Trim(line); err != nil || len(line) > 0 {
			return line, err
		}
	}
	return nil, l.end
}

// read returns the next line with its line ending.
func (l *lines) read() ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := l.in.ReadSlice('\n')
		if long = long || len(line)+len(bytes.TrimRight(part, "\r\n")) > l.max; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case long:
			return nil, errTooLong // the end of input, if it is that, shows again
		default:
			return line, err
		}
	}
}
