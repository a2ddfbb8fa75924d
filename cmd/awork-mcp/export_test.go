package main

import "io"

// Run is what the program does, without its process.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	return run(args, &console{stdin: stdin, stdout: stdout, stderr: stderr})
}
