package journal

import (
	"time"

	"github.com/google/uuid"
)

// Change is one write as the journal has it: its intent and, where there is one,
// its result.
type Change struct {
	Entry
	// Finished is when the result came; zero where there is none.
	Finished time.Time `json:"finished,omitzero"`
}

// Read returns the writes of a journal in the order of their intents. To one file
// alone it finds those before it, as [Verify] does.
func Read(paths ...string) ([]Change, error) {
	lines, _, err := readParts("", "", paths)
	if err != nil {
		return nil, err
	}
	var changes []Change
	at := map[uuid.UUID]int{}
	for _, l := range lines {
		if !l.isEntry {
			continue
		}
		i, known := at[l.entry.ID]
		if !known {
			i = len(changes)
			at[l.entry.ID] = i
			changes = append(changes, Change{Entry: l.entry})
		}
		if l.entry.Phase == PhaseResult {
			changes[i].finish(l.entry)
		}
	}
	return changes, nil
}

// finish adds a result to its intent.
func (c *Change) finish(e Entry) {
	before, began := c.Before, c.Time
	c.Entry, c.Finished = e, e.Time
	c.Before, c.Time = before, began
}
