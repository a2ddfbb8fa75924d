package text

import (
	"bytes"
	"errors"
	"strings"

	"github.com/google/uuid"
)

// ParseUUID takes a UUID in its canonical form, in upper case, in braces, as a
// URN or as 32 hex digits, with white space around it. It refuses everything
// else and the nil UUID; the error completes a sentence that begins with the
// name of an argument.
func ParseUUID(s string) (uuid.UUID, error) {
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

// CompareUUIDs orders UUIDs by their bytes.
func CompareUUIDs(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// UUIDOrNone returns the canonical form of id; "none" for the nil UUID.
func UUIDOrNone(id uuid.UUID) string {
	if id == uuid.Nil {
		return "none"
	}
	return id.String()
}
