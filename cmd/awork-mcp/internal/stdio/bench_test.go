package stdio

import (
	"bufio"
	"context"
	"io"
	"os"
	"strconv"
	"testing"

	"github.com/mark3labs/mcp-go/server"
)

// BenchmarkServe compares Serve with mcp-go's own server, on the system's
// pipes as hosts use them: one call at a time, and 64 in flight.
func BenchmarkServe(b *testing.B) {
	servers := map[string]func(context.Context, *server.MCPServer, io.Reader, io.Writer){
		"serve": func(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer) {
			_ = Serve(ctx, s, in, out, Options{})
		},
		"mcp-go": func(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer) {
			std := server.NewStdioServer(s)
			server.WithWorkerPoolSize(64)(std)
			server.WithQueueSize(10_000)(std)
			_ = std.Listen(ctx, in, out)
		},
	}
	for _, inFlight := range []int{1, 64} {
		for _, name := range []string{"serve", "mcp-go"} {
			for _, era := range eras {
				b.Run(name+"/"+era+"/"+strconv.Itoa(inFlight), func(b *testing.B) {
					benchmark(b, servers[name], era, inFlight)
				})
			}
		}
	}
}

func benchmark(
	b *testing.B, serve func(context.Context, *server.MCPServer, io.Reader, io.Writer), era string, inFlight int,
) {
	in, w := pipe(b)
	r, out := pipe(b)
	s := newHost(nil).server()
	done := make(chan struct{})
	go func() { defer close(done); serve(b.Context(), s, in, out) }()

	answers := bufio.NewReaderSize(r, 64<<10)
	slots := make(chan struct{}, inFlight)
	b.ReportAllocs()
	b.ResetTimer()
	go func() {
		for i := range b.N {
			slots <- struct{}{}
			_, _ = io.WriteString(w, call(era, strconv.Itoa(i), "echo", `{"text":"hello"}`)+"\n")
		}
	}()
	for range b.N {
		if _, err := answers.ReadSlice('\n'); err != nil {
			b.Fatal(err)
		}
		<-slots
	}
	b.StopTimer()
	_ = w.Close()
	<-done
}

func pipe(b *testing.B) (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}
