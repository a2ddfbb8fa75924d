// Package delivery hands secrets over to where the operator wants them: files, the
// system's keyring, or a program such as a vault's. Nothing in it prints or returns
// a secret.
//
// A secret that awork has made and that can't be handed over is lost. So each
// delivery has a method Check, which tries it without a secret:
//
//	d, err := delivery.NewFile(dir)
//	…
//	if err := d.Check(ctx); err != nil {
//		return err // make nothing
//	}
package delivery

import "time"

// timeout bounds how long a program or the keyring may take.
const timeout = 20 * time.Second
