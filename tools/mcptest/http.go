package mcptest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
)

// HTTPClient is a client of streamable HTTP.
type HTTPClient struct {
	*Client
	SessionID string // of a legacy client; empty where the server gives none

	url  string
	http *http.Client
}

// HTTP returns a client of streamable HTTP at url. What the client sends goes
// through h, which may add to it.
func HTTP(t T, h *http.Client, url string, o Options) *HTTPClient {
	t.Helper()
	c := &HTTPClient{Client: newClient(t, o), url: url, http: h}
	c.link = c
	c.initialize(string(Legacy))
	return c
}

// Header returns the headers of a request, beside those of all JSON.
func (c *HTTPClient) Header(method string, params map[string]any) http.Header {
	h := http.Header{"Mcp-Protocol-Version": {string(c.era)}}
	if c.era == Modern {
		h.Set("Mcp-Method", method)
		for _, member := range []string{"name", "uri"} {
			if name, ok := params[member].(string); ok {
				h.Set("Mcp-Name", name)
			}
		}
	} else if c.SessionID != "" {
		h.Set("Mcp-Session-Id", c.SessionID)
	}
	return h
}

// Leave ends the session.
func (c *HTTPClient) Leave() {
	c.t.Helper()
	res, err := do(context.Background(), c.http, http.MethodDelete, c.url, nil, c.Header("", nil))
	if err != nil {
		c.t.Fatalf("DELETE %s: %v", c.url, err)
		return
	}
	_ = res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		c.t.Errorf("DELETE %s: %s", c.url, res.Status)
	}
}

func (c *HTTPClient) send(ctx context.Context, id string, text []byte) {
	if id != "" {
		go c.request(ctx, id, text)
		return
	}
	res, err := do(ctx, c.http, http.MethodPost, c.url, text, c.headerOf(text))
	if err != nil {
		c.t.Errorf("POST %s: %v", c.url, err)
		return
	}
	body, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	// 400 is what an answer gets that comes too late.
	if res.StatusCode != http.StatusAccepted && res.StatusCode != http.StatusBadRequest {
		c.t.Errorf("POST %s: %s %.200s", c.url, res.Status, body)
	}
}

func (c *HTTPClient) headerOf(text []byte) http.Header {
	var m struct {
		Method string         `json:"method"`
		Params map[string]any `json:"params"`
	}
	_ = json.Unmarshal(text, &m)
	return c.Header(m.Method, m.Params)
}

// request posts a request and takes all that comes in the answer.
func (c *HTTPClient) request(ctx context.Context, id string, text []byte) {
	defer c.giveUp(id)
	res, err := do(ctx, c.http, http.MethodPost, c.url, text, c.headerOf(text))
	if err != nil {
		return // the server is gone
	}
	defer func() { _ = res.Body.Close() }()
	if session := res.Header.Get("Mcp-Session-Id"); session != "" && c.SessionID == "" {
		c.SessionID = session // before the answer to initialize, which its caller waits for
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if kind != eventStream {
		body, err := io.ReadAll(res.Body)
		if err != nil {
			return
		}
		c.take(res.StatusCode, id, body)
		return
	}
	body := bufio.NewReader(res.Body)
	for {
		_, data, err := Event(body)
		if err != nil || c.take(res.StatusCode, id, []byte(data)) {
			return
		}
	}
}

// take takes a message, and reports whether it is the answer to id.
func (c *HTTPClient) take(status int, id string, text []byte) bool {
	r, err := ParseReply(text)
	if err != nil {
		c.t.Errorf("%s answers %d with what is no message (%v): %.200q", c.url, status, err, text)
		return true
	}
	r.Status = status
	c.receive(r)
	return string(r.ID) == id && r.Method == ""
}

// SSEClient is a client of HTTP+SSE, the transport of 2024-11-05.
type SSEClient struct {
	*Client
	Endpoint string        // where it posts: a path
	Closed   chan struct{} // closed when the stream has ended

	url  string
	http *http.Client
}

// SSE returns a client of HTTP+SSE at url, such as http://127.0.0.1:8080, in the
// legacy era. Its stream ends with the test.
func SSE(t T, h *http.Client, url string, o Options) *SSEClient {
	t.Helper()
	o.Era = Legacy
	c := &SSEClient{Client: newClient(t, o), Closed: make(chan struct{}), url: url, http: h}
	c.link = c
	res, err := do(context.Background(), h, http.MethodGet, url+"/sse", nil, nil)
	if err != nil {
		t.Fatalf("GET /sse: %v", err)
		return nil
	}
	t.Cleanup(func() {
		_ = res.Body.Close()
		<-c.Closed
	})
	body := bufio.NewReader(res.Body)
	name, data, err := Event(body)
	go c.listen(body)
	if err != nil || name != "endpoint" || res.StatusCode != http.StatusOK {
		t.Fatalf("the stream begins with %s %q %q (%v)", res.Status, name, data, err)
	}
	c.Endpoint = data
	c.initialize("2024-11-05")
	return c
}

func (c *SSEClient) send(ctx context.Context, _ string, text []byte) {
	res, err := do(ctx, c.http, http.MethodPost, c.url+c.Endpoint, text, nil)
	if err != nil {
		c.t.Errorf("POST %s: %v", c.Endpoint, err)
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		c.t.Errorf("POST %s: %s", c.Endpoint, res.Status)
	}
}

func (c *SSEClient) listen(body *bufio.Reader) {
	defer close(c.Closed)
	defer c.hangUp()
	for {
		_, data, err := Event(body)
		if err != nil {
			return
		}
		c.receiveText("the stream", []byte(data))
	}
}

const eventStream = "text/event-stream"

// Event reads the next event of a stream.
func Event(r *bufio.Reader) (name, data string, err error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		line = strings.TrimRight(line, "\r\n")
		field, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimPrefix(value, " "); {
		case line == "" && data != "":
			return name, data, nil
		case field == "event":
			name = value
		case field == "data":
			data += value
		}
	}
}

func do(
	ctx context.Context, h *http.Client, method, url string, body []byte, header http.Header,
) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, "+eventStream)
	}
	return h.Do(r)
}
