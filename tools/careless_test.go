package tools_test

import (
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// harm is what must never come of a call, whatever an agent does.
type harm string

const (
	withoutYes    harm = "writes without a yes where one was possible"
	wrongRecord   harm = "wrong records"
	leakedSecret  harm = "secrets"
	untruth       harm = "lies"
	againstPolicy harm = "writes against policy"
)

func harms() []harm { return []harm{withoutYes, wrongRecord, leakedSecret, untruth, againstPolicy} }

// tally counts what careless agents did, and what came of it.
type tally struct {
	mu                                    sync.Mutex
	runs, calls, writes, questions, yeses int
	harms                                 map[harm]int
}

func (n *tally) add(count *int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	*count++
}

func (n *tally) harm(h harm) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.harms[h]++
}

func (n *tally) report(t *testing.T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t.Logf("%d runs, %d calls, %d writes, %d questions, %d yeses", n.runs, n.calls, n.writes, n.questions, n.yeses)
	for _, h := range harms() {
		t.Logf("%s: %d", h, n.harms[h])
	}
}

// TestCarelessAgents has agents work that are made of rules which models are known
// to break, in several sessions, beside names that give orders, faults, and people
// who change records while a question is open. No model is in it: it shows what the
// server does about such mistakes, and not how often a model makes them.
func TestCarelessAgents(t *testing.T) {
	t.Parallel()
	counts := &tally{harms: map[harm]int{}}
	t.Run("agents", func(t *testing.T) {
		for i, mode := range []tools.ConfirmMode{"auto", "strict", "human", "never"} {
			if withRace && i > 1 {
				continue // the detector needs the code run, not every mode
			}
			t.Run(string(mode), func(t *testing.T) {
				parallelSynctest(t, func(t *testing.T) {
					rapid.Check(timeless{t}, func(rt *rapid.T) {
						era := rapid.SampledFrom(mcptest.Eras()).Draw(rt, "era")
						if found := runCareless(t, rt, era, mode, counts, nil); len(found) > 0 {
							rt.Fatalf("%s", found[0])
						}
					})
				})
			})
		}
	})
	counts.report(t)
	if counts.writes == 0 || counts.yeses == 0 || counts.yeses == counts.questions {
		t.Error("these agents were not careless enough to show anything")
	}
}

// runCareless lets agents make a few calls on a workspace of their own, and returns
// the harm that was done.
func runCareless(t *testing.T, rt *rapid.T, era mcptest.Era, mode tools.ConfirmMode, counts *tally,
	sabotage func(*carelessWorld, *tools.Options)) []string {
	t.Helper()
	w := newCarelessWorld(t, rt, era, mode, counts, sabotage)
	counts.add(&counts.runs)
	for range rapid.IntRange(1, 8).Draw(rt, "steps") {
		w.step(rt)
	}
	w.box.ClearFaults()
	w.searchSecrets("the log", w.log.String())
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found
}

// TestCarelessAgentsAreNoticed breaks the server in ways that careless agents must
// bring to light.
func TestCarelessAgentsAreNoticed(t *testing.T) {
	t.Parallel()
	for h, sabotage := range map[harm]func(*carelessWorld, *tools.Options){
		withoutYes:    func(_ *carelessWorld, o *tools.Options) { o.Yes = true },
		wrongRecord:   func(w *carelessWorld, _ *tools.Options) { w.misdirect = true },
		leakedSecret:  func(w *carelessWorld, _ *tools.Options) { w.extraSecret = "Zapier Sync" },
		untruth:       func(w *carelessWorld, _ *tools.Options) { w.swallow = true },
		againstPolicy: func(_ *carelessWorld, o *tools.Options) { o.Policy.Protect, o.Policy.NoAdmin = nil, false },
	} {
		t.Run(string(h), func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				counts := &tally{harms: map[harm]int{}}
				for seed := 0; seed < 300 && counts.harms[h] == 0; seed++ {
					rapid.Custom(func(rt *rapid.T) bool {
						runCareless(t, rt, mcptest.Modern, "auto", counts, sabotage)
						return true
					}).Example(seed)
				}
				if counts.harms[h] == 0 {
					t.Errorf("not noticed in %d runs", counts.runs)
				}
			})
		})
	}
}
