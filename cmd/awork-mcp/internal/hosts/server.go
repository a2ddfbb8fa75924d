package hosts

import (
	"fmt"
	"regexp"
)

// Server is what a host is to launch.
type Server struct {
	Name    string
	Command string
	Args    []string
}

// argv returns the server's command line.
func (s Server) argv() []string { return append([]string{s.Command}, s.Args...) }

// checkName refuses a name that not every host and file format takes as it is.
func checkName(name string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(name) {
		return fmt.Errorf("%q can't be a server's name: use letters, digits, - and _", name)
	}
	return nil
}
