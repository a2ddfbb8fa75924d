package hosts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
)

// record is what is remembered of an install, so that it can be undone byte for
// byte.
type record struct {
	// File and Name say which entry was set; URL is the address in it, where it
	// has one.
	File string `json:"file"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	// Sum is the SHA-256 of the file as install left it.
	Sum string `json:"sha256"`
	// Backup is the file as it was before the entry was there; "" where install
	// made the file, with Created, or where what was there before is not known.
	Backup  string `json:"backup,omitempty"`
	Created bool   `json:"created,omitempty"`
}

// recordFile returns where the records of this user are.
func (s System) recordFile() string { return s.join(s.appData(), "awork-mcp", "installed.json") }

// records returns what is remembered; nothing where that can't be read.
func (s System) records() []record {
	text, err := os.ReadFile(s.recordFile())
	if err != nil {
		return nil
	}
	var all []record
	if json.Unmarshal(text, &all) != nil {
		return nil
	}
	return all
}

// recordOf returns what is remembered of an entry.
func (s System) recordOf(file, name string) (record, bool) {
	for _, r := range s.records() {
		if r.File == file && r.Name == name {
			return r, true
		}
	}
	return record{}, false
}

// remember stores what is to be remembered of an entry.
func (s System) remember(r record) error {
	return s.writeRecords(append(s.otherRecords(r.File, r.Name), r))
}

// forget drops what is remembered of an entry.
func (s System) forget(file, name string) error {
	if _, ok := s.recordOf(file, name); !ok {
		return nil
	}
	return s.writeRecords(s.otherRecords(file, name))
}

func (s System) otherRecords(file, name string) []record {
	return slices.DeleteFunc(s.records(), func(r record) bool { return r.File == file && r.Name == name })
}

func (s System) writeRecords(all []record) error {
	if len(all) == 0 {
		return os.Remove(s.recordFile())
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return replace(s.recordFile(), append(text, '\n'))
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}
