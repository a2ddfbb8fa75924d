package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// reply is an answer that has not been sent yet.
type reply struct {
	status      int
	body        any    // sent as JSON unless nil
	raw         []byte // sent as it is, in body's place
	contentType string // of raw
	header      [][2]string
	declared    int  // the Content-Length of a raw body, if it is to be wrong
	cut         bool // the connection ends without an answer
	hang        bool // nothing happens until the client goes
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

func noContent() reply { return reply{status: http.StatusNoContent} }

func text(status int, contentType, body string) reply {
	return reply{status: status, contentType: contentType, raw: []byte(body)}
}

// encoded returns the reply's body as it goes over the wire.
func (p reply) encoded() []byte {
	if p.body == nil {
		return p.raw
	}
	b, err := json.Marshal(p.body)
	if err != nil {
		panic("sandbox: " + err.Error()) // wire types always encode
	}
	return b
}

// send writes the reply, and into the log what became of the request.
func (p reply) send(w http.ResponseWriter, c *call) {
	if p.cut || p.hang {
		c.s.log.update(c.seq, 0, c.effect)
		if p.hang {
			c.s.hanging.Add(1)
			<-c.r.Context().Done()
			c.s.hanging.Add(-1)
		}
		panic(http.ErrAbortHandler)
	}
	if e, isError := p.body.(wireError); isError {
		e.TraceID = c.trace
		p.body = e
	}
	body := p.encoded()
	h := w.Header()
	h.Set("Trace-Id", c.trace)
	c.s.limiter.describe(h, c.s.now())
	for _, kv := range p.header {
		h.Set(kv[0], kv[1])
	}
	if p.status != http.StatusNoContent {
		contentType := p.contentType
		if p.body != nil {
			contentType = "application/json; charset=utf-8"
		}
		if contentType != "" {
			h.Set("Content-Type", contentType)
		}
		h.Set("Content-Length", strconv.Itoa(max(len(body), p.declared)))
	}
	c.s.log.update(c.seq, p.status, c.effect)
	w.WriteHeader(p.status)
	_, _ = w.Write(body) // the client may have gone: its loss
}
