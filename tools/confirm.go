package tools

import "context"

// confirmed lets a change through, or says why not.
func (t *Tools) confirmed(_ context.Context, _ *call, _ *change) error {
	if t.confirm == ConfirmHuman {
		return refuse(Blocked, "This server wants a human's yes to every such change (--confirm human), and this client can't show the question.")
	}
	return nil
}
