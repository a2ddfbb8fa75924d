package tools

import (
	"bytes"
	"errors"
	"strings"

	"github.com/google/uuid"
)

// parseUUID takes a UUID in its canonical form, in upper case, in braces, as a
// URN or as 32 hex digits, with white space around it, and refuses everything
// else and the nil UUID.
func parseUUID(s string) (uuid.UUID, error) {
	s = strings.TrimSpace(s)
	// uuid.Parse alone takes any two characters for braces.
	if uuid.Validate(s) != nil {
		return uuid.Nil, errors.New("must be a UUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301")
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, err
	}
	if id == uuid.Nil {
		return uuid.Nil, errors.New("must not be the nil UUID")
	}
	return id, nil
}

func compareIDs(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
