package tools

import (
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
)

// verdict is whether something may be done, as far as awork documents it.
type verdict string

const (
	verdictYes     verdict = "yes"
	verdictNo      verdict = "no"
	verdictCut     verdict = "cut" // it may be called, and covers what the caller may see
	verdictUnknown verdict = "unknown"
)

// featureNeed is access to a feature with a level, such as
// company-master-data:read.
type featureNeed struct{ feature, level string }

func (n featureNeed) String() string { return n.feature + ":" + n.level }

// parseFeatureNeed reads a need as awork writes it; ok is false for what names no
// feature, such as "any".
func parseFeatureNeed(s string) (n featureNeed, ok bool) {
	n.feature, n.level, ok = strings.Cut(s, ":")
	return n, ok
}

// heldBy reports whether permissions cover the need. Every level lets read. awork
// names writing in several words; a word of none of them decides nothing.
func (n featureNeed) heldBy(permissions []awork.Permission) verdict {
	answer := verdictNo
	for _, p := range permissions {
		if !strings.EqualFold(p.Feature, n.feature) {
			continue
		}
		for _, level := range p.AccessLevels {
			switch n.compare(strings.ToLower(level)) {
			case verdictYes:
				return verdictYes
			case verdictUnknown:
				answer = verdictUnknown
			}
		}
	}
	return answer
}

// compare reports whether one level that is held lets what the need wants.
func (n featureNeed) compare(held string) verdict {
	writes := slices.Contains([]string{"write", "manage", "config"}, held)
	switch {
	case n.level == "read", held == n.level, n.level == "write" && writes:
		return verdictYes
	case held == "read", n.level == "write" && held == "delete":
		return verdictNo
	case n.level == "delete" && held == "write":
		return verdictNo
	}
	return verdictUnknown
}

// wants reports whether a level of a feature is part of the need, and not beyond
// it.
func (n featureNeed) wants(feature, level string) bool {
	return strings.EqualFold(n.feature, feature) && (strings.EqualFold(level, "read") ||
		n.level != "read" && n.compare(strings.ToLower(level)) == verdictYes)
}
