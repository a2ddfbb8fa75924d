package tools

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// traces is what was seen of one API user, as results show it.
type traces struct {
	Latest *lastTrace  `json:"latest,omitempty"`
	Areas  []areaTrace `json:"areas"`
	// Deliveries are the last ones of its webhooks: they show that a receiver lives.
	Deliveries  []lastDelivery `json:"deliveries,omitempty"`
	NotLookedAt []notLookedAt  `json:"notLookedAt"`
	// Partial: awork may hide records from this token.
	Partial bool `json:"partial"`
}

// lastTrace is the newest record that somebody made or changed.
type lastTrace struct {
	Area string          `json:"area"`
	Kind awork.TraceKind `json:"kind"`
	On   string          `json:"on"`
}

// areaTrace is an area that was looked at.
type areaTrace struct {
	Area          string `json:"area"`
	Created       int    `json:"created"`
	LastCreatedOn string `json:"lastCreatedOn,omitempty"`
	LastUpdatedOn string `json:"lastUpdatedOn,omitempty"`
}

// lastDelivery is the last delivery of a webhook that an API user made.
type lastDelivery struct {
	Webhook      string `json:"webhook"`
	IsActive     bool   `json:"isActive"`
	On           string `json:"on,omitempty"`
	IsSuccessful bool   `json:"isSuccessful"`
	ResponseCode int    `json:"responseCode,omitempty"`
}

// notLookedAt is an area that was not looked at, or not completely.
type notLookedAt struct {
	Area string `json:"area"`
	Why  string `json:"why"`
}

// webhookDeliveries are no area: they show what a receiver does, and leave no trace
// of the API user.
const webhookDeliveries = "webhook deliveries"

// unlistable is what awork has no list of, so that nobody can look.
func unlistable() notLookedAt {
	return notLookedAt{"comments and files", "awork has no list of them"}
}

func showTrace(t *directory.Trace) *lastTrace {
	if t == nil {
		return nil
	}
	return &lastTrace{Area: t.Area, Kind: t.Kind, On: directory.ShowTime(t.On)}
}

// show returns what was seen of one API user.
func (l *traceLook) show(id uuid.UUID) *traces {
	t := &traces{Latest: showTrace(l.latest(id)), Areas: []areaTrace{}, NotLookedAt: []notLookedAt{}, Partial: l.partial}
	for _, a := range l.areas {
		why, missed := a.missed[id]
		if missed {
			t.NotLookedAt = append(t.NotLookedAt, notLookedAt{a.name, why})
		}
		s := a.seen[id]
		if s == nil && missed {
			continue
		}
		if s == nil {
			s = &seenTraces{}
		}
		t.Areas = append(t.Areas, areaTrace{Area: a.name, Created: s.created,
			LastCreatedOn: directory.ShowTime(s.lastCreatedOn), LastUpdatedOn: directory.ShowTime(s.lastUpdatedOn)})
	}
	if why := l.deliveriesMissed()[id]; why != "" {
		t.NotLookedAt = append(t.NotLookedAt, notLookedAt{webhookDeliveries, why})
	}
	t.NotLookedAt = append(t.NotLookedAt, unlistable())
	for _, w := range l.webhooks {
		if w.CreatedBy != id || w.last == nil {
			continue
		}
		t.Deliveries = append(t.Deliveries, lastDelivery{Webhook: text.Clean(w.Name), IsActive: w.IsActive,
			On: directory.ShowTime(w.last.CreatedOn), IsSuccessful: w.last.IsSuccessful, ResponseCode: w.last.ResponseCode})
	}
	return t
}

const readsLeaveNone = "Reading leaves no trace in awork, so this says nothing about whether its keys are in use."

// describe says in sentences what was seen of one API user.
func (t *traces) describe(latest *directory.Trace) string {
	var b strings.Builder
	var looked []string
	for _, a := range t.Areas {
		looked = append(looked, a.Area)
	}
	switch {
	case latest != nil:
		fmt.Fprintf(&b, "Last trace: %s%s.", latest, t.madeIn(latest.Area))
	case len(looked) == 0:
		b.WriteString("Where it may have left traces could not be looked at.")
	default:
		fmt.Fprintf(&b, "No trace in %s (%s). %s",
			text.Count(len(looked), "area"), strings.Join(looked, ", "), readsLeaveNone)
	}
	for _, d := range t.Deliveries {
		if d.IsSuccessful {
			fmt.Fprintf(&b, " Its webhook %s was last delivered %s, which shows that its receiver lives, "+
				"not that a key is used.", text.Quote(d.Webhook), directory.DescribeTime(awork.Timestamp(d.On)))
			break
		}
	}
	fmt.Fprintf(&b, " %s", describeNotLookedAt(t.NotLookedAt))
	if t.Partial {
		b.WriteString(" " + partialView)
	}
	return b.String()
}

const partialView = "Partial: this token is not known to be an admin's, so awork may hide records from it."

// madeIn says how many records there are that it created in an area.
func (t *traces) madeIn(area string) string {
	i := slices.IndexFunc(t.Areas, func(a areaTrace) bool { return a.Area == area })
	if i < 0 || t.Areas[i].Created == 0 {
		return ""
	}
	if t.Areas[i].Created == 1 {
		return " (it created 1 there that still exists)"
	}
	return fmt.Sprintf(" (it created %d there that still exist)", t.Areas[i].Created)
}

// describeNotLookedAt names the areas, those with the same reason together.
func describeNotLookedAt(list []notLookedAt) string {
	var reasons []string
	areas := map[string][]string{}
	for _, n := range list {
		if areas[n.Why] == nil {
			reasons = append(reasons, n.Why)
		}
		areas[n.Why] = append(areas[n.Why], n.Area)
	}
	var all []string
	for _, why := range reasons {
		all = append(all, fmt.Sprintf("%s (%s)", strings.Join(areas[why], ", "), why))
	}
	return "Not looked at: " + strings.Join(all, "; ") + "."
}
