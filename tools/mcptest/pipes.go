package mcptest

import (
	"bufio"
	"context"
	"io"
	"sync"
)

// Pipes returns a client of a server on pipes: it writes messages to in, one a
// line, and reads lines from out until that ends. out may carry nothing else.
func Pipes(t T, in io.Writer, out io.Reader, o Options) *Client {
	t.Helper()
	c := newClient(t, o)
	c.link = &pipes{t: t, in: in}
	go c.readLines(out)
	c.initialize(string(Legacy))
	return c
}

type pipes struct {
	t  T
	mu sync.Mutex
	in io.Writer
}

func (p *pipes) send(_ context.Context, _ string, text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.in.Write(append(text[:len(text):len(text)], '\n')); err != nil {
		p.t.Errorf("write to the server: %v", err)
	}
}

func (c *Client) readLines(out io.Reader) {
	defer c.hangUp()
	lines := bufio.NewReaderSize(out, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			c.receiveText("stdout", line)
		}
		if err != nil {
			return
		}
	}
}
