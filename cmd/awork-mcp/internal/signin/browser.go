package signin

import (
	"context"
	"os/exec"
	"runtime"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/subprocess"
)

// OpenBrowser has the system open the address in the person's browser, and does
// not wait for it. The browser gets none of this program's secrets.
func OpenBrowser(ctx context.Context, address string) error {
	cmd := browser(ctx, address)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // the person sees whether it found a browser
	return nil
}

func browser(ctx context.Context, address string) *exec.Cmd {
	name, args := opener(runtime.GOOS)
	// It stays when this program ends.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, append(args, address)...)
	cmd.Env = subprocess.Environ()
	return cmd
}

// opener returns the program that opens an address. None of them is a shell.
func opener(system string) (name string, args []string) {
	switch system {
	case "darwin":
		return "open", nil
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}
	default:
		return "xdg-open", nil
	}
}
