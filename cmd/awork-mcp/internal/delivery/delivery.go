// Package delivery hands secrets over to where the operator wants them: files, the
// system's keyring, or a program such as a vault's. Nothing in it prints or returns
// a secret.
package delivery

import "time"

// timeout bounds how long a program or the keyring may take.
const timeout = 20 * time.Second
