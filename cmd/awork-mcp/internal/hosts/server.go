package hosts

import (
	"fmt"
	"regexp"
)

// Server is what a host is to launch or, with a URL, to connect to.
type Server struct {
	Name    string
	Command string
	Args    []string

	// URL is the address of a server that is hosted.
	URL string
	// Headers are sent with each request to it.
	Headers []Header
}

// Header is an HTTP header whose value the host takes from its environment, so
// that no secret is written into its file.
type Header struct {
	Name     string
	Prefix   string // before the variable's value, such as "Bearer "
	Variable string
}

// Bearer returns the header with which a caller authenticates.
func Bearer(variable string) Header { return Header{"Authorization", "Bearer ", variable} }

// argv returns the server's command line.
func (s Server) argv() []string { return append([]string{s.Command}, s.Args...) }

// CheckName refuses a name that not every host and file format takes as it is.
func CheckName(name string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(name) {
		return fmt.Errorf("%q can't be a server's name: use letters, digits, - and _", name)
	}
	return nil
}
