package tools

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// sealedFor is how long a question may be answered.
const sealedFor = 5 * time.Minute

const nonceSize = 12

// stake is what a question is about. An answer to it is good for nothing else.
type stake struct {
	caller    string
	workspace string
	tool      string
	// decided is a digest of what the plan made of the call's arguments.
	decided [sha256.Size]byte
	// records are the API users concerned as they were when it was asked; for a
	// create, all there were.
	records []awork.APIUser
	// role is the role that would be given and why it is an admin's.
	role string
	// detail is what else it is about.
	detail string
}

// binding is the stake as additional data of the seal.
func (s stake) binding() []byte {
	// awork documents no order of its lists.
	records := slices.SortedFunc(slices.Values(s.records), func(a, b awork.APIUser) int { return compareIDs(a.ID, b.ID) })
	sum := sha256.Sum256(mustMarshal([]any{s.caller, s.workspace, s.tool, s.decided, records, s.role, s.detail}))
	return sum[:]
}

// sealer seals questions, so that their answers can come back through a client
// that is not trusted, or by way of another replica with the same key. What it
// keeps of them makes an answer good for one time in this process, and lets a
// refusal say what is wrong.
type sealer struct {
	aead cipher.AEAD
	now  func() time.Time

	mu    sync.Mutex
	asked map[[nonceSize]byte]*question
	// recent are the questions whose records are remembered, the oldest first.
	recent []*question
}

// maxRecent bounds the questions of which it is remembered what they were about,
// which is only needed to say what has changed since.
const maxRecent = 256

// question is what is remembered of a sealed question until it expires.
type question struct {
	stake   stake
	expires time.Time
	used    bool
	// forgotten: the records are not remembered any more.
	forgotten bool
}

// newSealer makes a sealer with a key of 32 bytes, or a random one where key is
// nil.
func newSealer(key []byte) (*sealer, error) {
	if key == nil {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails, see crypto/rand
	}
	if len(key) != 32 {
		return nil, fmt.Errorf("the state key must be 32 bytes, not %d", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead: aead, now: time.Now, asked: map[[nonceSize]byte]*question{}}, nil
}

// seal gives the state of a question: 43 characters that carry a nonce and the
// time of expiry, and that open only beside the same stake.
func (s *sealer) seal(about stake) string {
	var nonce [nonceSize]byte
	_, _ = rand.Read(nonce[:])
	expires := s.now().Add(sealedFor)
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, q := range s.asked {
		if s.now().After(q.expires) {
			delete(s.asked, n)
		}
	}
	q := &question{stake: about, expires: expires}
	s.asked[nonce] = q
	if s.recent = append(s.recent, q); len(s.recent) > maxRecent {
		s.recent[0].forgotten, s.recent[0].stake.records = true, nil
		s.recent = slices.Delete(s.recent, 0, 1)
	}
	plain := binary.BigEndian.AppendUint32(nil, uint32(expires.Unix()))
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce[:], nonce[:], plain, about.binding()))
}

// open uses a state up. The error says why it can't be used.
func (s *sealer) open(state string, about stake) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSpace(state))
	if err != nil || len(raw) != nonceSize+4+s.aead.Overhead() {
		return errors.New("it is none that this server gave")
	}
	nonce := [nonceSize]byte(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.asked[nonce]
	plain, err := s.aead.Open(nil, nonce[:], raw[nonceSize:], about.binding())
	if err != nil {
		return mismatch(q, about)
	}
	expires := time.Unix(int64(binary.BigEndian.Uint32(plain)), 0)
	switch {
	case s.now().After(expires):
		return errors.New("it has expired: an answer is good for five minutes")
	case q != nil && q.used:
		return errors.New("it was used already: an answer is good for one time")
	case q == nil:
		// Another replica asked.
		q = &question{stake: about, expires: expires}
		s.asked[nonce] = q
	}
	q.used = true
	return nil
}

// mismatch says in what a question that was asked differs from the one that an
// answer is given to.
func mismatch(q *question, about stake) error {
	switch {
	case q == nil:
		return errors.New("it is none that this server gave for this call, or the record has changed since")
	case q.stake.caller != about.caller:
		return errors.New("it was given to another caller")
	case q.stake.workspace != about.workspace:
		return errors.New("it was given for another workspace")
	case q.stake.tool != about.tool || q.stake.decided != about.decided:
		return errors.New("it was given for another call")
	}
	if q.forgotten {
		return errors.New("the record has changed since, or it was not given for this call")
	}
	return errors.New(q.stake.changes(about))
}

// changes says what is no longer as it was when it was asked.
func (s stake) changes(now stake) string {
	current := byID(now.records)
	var said []string
	for _, was := range s.records {
		if is, ok := current[was.ID]; !ok {
			said = append(said, fmt.Sprintf("API user %s is gone", quoted(was.Name)))
		} else if is != was {
			said = append(said, fmt.Sprintf("API user %s has changed since: %s", quoted(was.Name), differences(was, is)))
		}
	}
	if len(now.records) > len(s.records) {
		said = append(said, "there are API users that there were not")
	}
	if s.detail != now.detail {
		said = append(said, "the client application is another, or has changed")
	}
	if s.role != now.role {
		said = append(said, "what the role may do has changed")
	}
	if len(said) == 0 {
		return "it is none that this server gave for this call"
	}
	return strings.Join(said[:min(3, len(said))], "; ")
}
