package hosts

// Detected is a host that is on this machine.
type Detected struct {
	Host Host
	// Where it was seen: see [Host.Found].
	Where string
	// State says whether it has the server.
	State string
}

// Detect returns the hosts on this machine, and whether each has the server of
// that name, which launches program.
func Detect(sys System, name, program string) []Detected {
	var found []Detected
	for _, known := range All() {
		for _, h := range known.Variants(sys) {
			if where, ok := h.Found(sys); ok {
				found = append(found, Detected{Host: h, Where: where, State: h.state(sys, name, program)})
			}
		}
	}
	return found
}

// state describes whether the host has the server of that name.
func (h Host) state(sys System, name, program string) string {
	entry, err := h.entry(sys, name)
	recorded, _ := sys.recordOf(h.File(sys), name)
	id := identity{program: program, url: recorded.URL}
	switch {
	case err != nil:
		return err.Error()
	case entry == nil:
		return "not set up"
	case id.foreign(entry) != "":
		return "has another server named " + name
	case switchedOff(entry) != "":
		return "has " + name + ", switched off (" + switchedOff(entry) + ")"
	}
	return "has " + name
}
