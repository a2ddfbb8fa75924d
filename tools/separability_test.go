package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// TestSeparability ranks the tools for what users ask, by BM25 over the tools'
// names, titles and descriptions:
// https://doi.org/10.1561/1500000019. It measures words and nothing else: how a
// model chooses is not known from it. German requests are translated word by word
// with a small dictionary first. The golden file shows which tools the words keep
// apart and which they confuse, so that a change of words shows what it does.
func TestSeparability(t *testing.T) {
	t.Parallel()
	index := newBM25(toolWords(t))
	if len(requests) < 60 {
		t.Fatalf("only %d requests", len(requests))
	}
	var report strings.Builder
	fmt.Fprintln(&report, "A lexical score (BM25), and no measure of an agent. Each request, the tool it is for,")
	fmt.Fprintln(&report, "and, where that does not come first, its place and the tool that does.")
	fmt.Fprintln(&report)
	hits, among3, asked := map[string]int{}, map[string]int{}, map[string]int{}
	confused := map[string]int{}
	for _, r := range requests {
		ranked := index.rank(words(r.text, r.language))
		place := slices.Index(ranked, r.tool)
		if place < 0 {
			t.Errorf("%q is for %s, which there is not", r.text, r.tool)
			continue
		}
		asked[r.language]++
		fmt.Fprintf(&report, "%s  %-25s %s\n", r.language, r.tool, r.text)
		if place < 3 {
			among3[r.language]++
		}
		if place == 0 {
			hits[r.language]++
			continue
		}
		confused[r.tool+" < "+ranked[0]]++
		fmt.Fprintf(&report, "    %25d %s\n", place+1, ranked[0])
	}
	fmt.Fprintln(&report)
	for _, language := range []string{"en", "de"} {
		fmt.Fprintf(&report, "%s: %d of %d first, %d among the first three\n",
			language, hits[language], asked[language], among3[language])
	}
	fmt.Fprintln(&report)
	fmt.Fprintln(&report, "Confused, as asked for < came first:")
	for _, pair := range slices.Sorted(maps.Keys(confused)) {
		fmt.Fprintf(&report, "%d  %s\n", confused[pair], pair)
	}
	_, summary, _ := strings.Cut(report.String(), "\n\nen:")
	t.Logf("en:%s", summary)
	golden(t, "separability.txt", []byte(report.String()))
}

// toolWords returns the words of each tool, the opt-in ones included. Those of its
// name count three times.
func toolWords(t *testing.T) map[string][]string {
	t.Helper()
	all, err := newTools(t, tools.Policy{Tools: []string{"default", "credentials"}})
	if err != nil {
		t.Fatal(err)
	}
	r := mcptest.InProcess(t, all.Server("test"), mcptest.Options{}).Ask(t.Context(), "tools/list", nil)
	var list struct {
		Tools []struct{ Name, Title, Description string }
	}
	if err := json.Unmarshal(r.Result, &list); err != nil || len(list.Tools) < 10 {
		t.Fatalf("%d tools: %v", len(list.Tools), err)
	}
	docs := map[string][]string{}
	for _, tool := range list.Tools {
		name := words(tool.Name, "en")
		docs[tool.Name] = slices.Concat(name, name, name, words(tool.Title, "en"), words(tool.Description, "en"))
	}
	return docs
}

// words returns the stems of a text's words, without those that say nothing.
func words(text, language string) (stems []string) {
	noLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	for _, word := range strings.FieldsFunc(strings.ToLower(text), noLetter) {
		if language == "de" {
			word = german[word]
		}
		for _, w := range strings.Fields(word) {
			if !strings.Contains(stopWords, " "+w+" ") {
				stems = append(stems, stem(w))
			}
		}
	}
	return stems
}

const stopWords = " a an and are as at be but by can do does for from give has have how i if in is it its me my no not " +
	"of on one or our please that the their them then there they this to us was we what when where which who with you "

// stem takes off the commonest English endings.
func stem(word string) string {
	for _, ending := range []string{"ies", "ing", "ed", "es", "s", "e"} {
		if rest, ok := strings.CutSuffix(word, ending); ok && len(rest) >= 3 && word != "access" {
			if ending == "ies" {
				return rest + "y"
			}
			return rest
		}
	}
	return word
}

// bm25 ranks documents with the usual constants.
type bm25 struct {
	docs    map[string][]string
	names   []string
	inDocs  map[string]int // in how many documents a word stands
	average float64
}

func newBM25(docs map[string][]string) *bm25 {
	b := &bm25{docs: docs, names: slices.Sorted(maps.Keys(docs)), inDocs: map[string]int{}}
	total := 0
	for _, doc := range docs {
		total += len(doc)
		for _, word := range slices.Compact(slices.Sorted(slices.Values(doc))) {
			b.inDocs[word]++
		}
	}
	b.average = float64(total) / float64(len(docs))
	return b
}

// rank returns the names of all documents, the best first; of equal ones the last
// by name comes first, so that a tie is no luck.
func (b *bm25) rank(query []string) []string {
	scores := map[string]float64{}
	for name, doc := range b.docs {
		for _, word := range query {
			scores[name] += b.score(word, doc)
		}
	}
	ranked := slices.Clone(b.names)
	slices.SortStableFunc(ranked, func(x, y string) int {
		switch {
		case scores[x] > scores[y]:
			return -1
		case scores[x] < scores[y]:
			return 1
		}
		return strings.Compare(y, x)
	})
	return ranked
}

func (b *bm25) score(word string, doc []string) float64 {
	const k1, length = 1.2, 0.75
	n, all := float64(b.inDocs[word]), float64(len(b.docs))
	frequency := 0.0
	for _, w := range doc {
		if w == word {
			frequency++
		}
	}
	idf := math.Log(1 + (all-n+0.5)/(n+0.5))
	return idf * frequency * (k1 + 1) / (frequency + k1*(1-length+length*float64(len(doc))/b.average))
}

// TestBM25 holds the ranking to what is known of it.
func TestBM25(t *testing.T) {
	t.Parallel()
	b := newBM25(map[string][]string{
		"one":  {"cat", "dog"},
		"two":  {"cat", "cat", "bird"},
		"long": append(slices.Repeat([]string{"x"}, 60), "bird"),
	})
	for query, first := range map[string]string{"dog": "one", "cat": "two", "bird": "two", "x": "long"} {
		if ranked := b.rank([]string{query}); ranked[0] != first {
			t.Errorf("%s: %v", query, ranked)
		}
	}
	if b.score("absent", b.docs["one"]) != 0 {
		t.Error("a word that is not there scores")
	}
	stems := words("Deleting the roles' API-keys, policies", "en")
	if !slices.Equal(stems, []string{"delet", "rol", "api", "key", "policy"}) {
		t.Errorf("stems: %v", stems)
	}
}
