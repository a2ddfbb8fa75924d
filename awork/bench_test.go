package awork

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkGetAPIUser shows what the client adds to a bare request.
func BenchmarkGetAPIUser(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json; charset=utf-8")
		h.Set("X-Ratelimit-Limit-Second", "1000000000")
		h.Set("X-Ratelimit-Limit-Minute", "2000000000")
		_, _ = io.WriteString(w, `{"id":"`+zapierID.String()+`","name":"Zapier Sync","clientId":"zapier","createdOn":"2022-11-21T14:05:33.1182904Z"}`)
	}))
	b.Cleanup(server.Close)
	transport := NewTransport()
	b.Cleanup(transport.CloseIdleConnections)
	path := apiUserPath(zapierID)

	b.Run("client", func(b *testing.B) {
		c := clientAt(b, server.URL, transport, "canary-7b1f0c93")
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.GetAPIUser(b.Context(), zapierID); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		bare := http.Client{Transport: transport}
		b.ReportAllocs()
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+path, nil)
			if err != nil {
				b.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer canary-7b1f0c93")
			resp, err := bare.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			var u APIUser
			err = json.NewDecoder(resp.Body).Decode(&u)
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
