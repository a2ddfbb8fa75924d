package tools

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// grouped returns API users by what they have in common, in the order in which
// those come; an empty key leaves one out.
func grouped(users []awork.APIUser, key func(awork.APIUser) string) [][]awork.APIUser {
	var groups [][]awork.APIUser
	index := map[string]int{}
	for _, u := range users {
		k := key(u)
		if k == "" {
			continue
		}
		i, known := index[k]
		if !known {
			i = len(groups)
			index[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], u)
	}
	return groups
}

// splitWritable returns those to which tools may write, and those to which not.
func (a *auditor) splitWritable(users []awork.APIUser) (writable, others []awork.APIUser) {
	for _, u := range users {
		if a.writable(u) {
			writable = append(writable, u)
		} else {
			others = append(others, u)
		}
	}
	return writable, others
}

// deleteAll is the call that deletes API users, as many as one call does.
func deleteAll(users []awork.APIUser) result.Fix {
	ids := idsOf(users)
	return result.Fix{Tool: "delete_api_users", Arguments: map[string]any{"apiUserIds": ids[:min(maxBulk, len(ids))]}}
}

// creatorsLeft finds what people who left have made, all of one person together.
// What one person made does not grow after that, so the person's id makes a stable
// finding.
func creatorsLeft(a *auditor) []finding {
	var findings []finding
	for _, users := range grouped(a.users, a.departedCreator) {
		writable, others := a.splitWritable(users)
		for _, u := range others {
			findings = append(findings, newFinding("creator_left", medium, a.fix(u, result.Fix{}), []uuid.UUID{u.ID},
				"%s was made by %s, and may still hold its key. This server may not delete it.",
				text.Quote(u.Name), a.whoLeft(u)))
		}
		if len(writable) == 1 {
			u := writable[0]
			fix := result.Fix{Tool: "delete_api_user", Arguments: map[string]any{"apiUserId": u.ID}}
			findings = append(findings, creatorLeft(u.CreatedBy, fix, writable,
				"%s was made by %s, and may still hold its key. "+
					"If nobody needs it, delete it; else make a successor with a new key first.",
				text.Quote(u.Name), a.whoLeft(u)))
		} else if len(writable) > 1 {
			u := writable[0]
			findings = append(findings, creatorLeft(u.CreatedBy, deleteAll(writable), writable,
				"%s were made by %s, and may still hold their keys. "+
					"Delete those that nobody needs; for the others make a successor with a new key first.",
				text.QuoteList(namesOf(writable)), a.whoLeft(u)))
		}
	}
	return findings
}

func creatorLeft(creator uuid.UUID, fix result.Fix, users []awork.APIUser, format string, args ...any) finding {
	f := newFinding("creator_left", medium, fix, idsOf(users), format, args...)
	f.ID = f.Rule + ":" + creator.String()
	return f
}

// departedCreator is the id of who made an API user, where that is a person who
// left; empty elsewhere.
func (a *auditor) departedCreator(u awork.APIUser) string {
	switch a.names.Creator(u).State {
	case directory.CreatorDeactivated, directory.CreatorArchived, directory.CreatorGone:
		return u.CreatedBy.String()
	}
	return ""
}

func (a *auditor) whoLeft(u awork.APIUser) string {
	creator := a.names.Creator(u)
	if creator.Name == "" {
		return "someone who is no longer in the workspace"
	}
	return text.Quote(creator.Name) + ", who is " + creator.State
}

func namesOf(users []awork.APIUser) []string {
	var all []string
	for _, u := range users {
		all = append(all, u.Name)
	}
	return all
}

// orphans finds the API users whose client application is gone, those of one
// together.
func orphans(a *auditor) []finding {
	var findings []finding
	for _, users := range grouped(a.users, a.goneClient) {
		writable, others := a.splitWritable(users)
		for _, u := range others {
			findings = append(findings, newFinding("orphan", medium, a.fix(u, result.Fix{}), []uuid.UUID{u.ID},
				"%s. This server may not delete it.", orphaned(u)))
		}
		if len(writable) == 0 {
			continue
		}
		var shown []string
		for _, u := range writable {
			shown = append(shown, orphaned(u))
		}
		f := newFinding("orphan", medium, deleteAll(writable), idsOf(writable),
			"%s. Ask whether that is still needed before you delete it.", strings.Join(text.CleanList(shown), ", "))
		f.ID = f.Rule + ":" + text.Clean(writable[0].ClientID)
		findings = append(findings, f)
	}
	return findings
}

// goneClient is the client application of an API user, where that is gone; empty
// elsewhere.
func (a *auditor) goneClient(u awork.APIUser) string {
	if a.names.ClientGone(u.ClientID) {
		return u.ClientID
	}
	return ""
}

func orphaned(u awork.APIUser) string {
	return fmt.Sprintf("%s belongs to client application %s, which no longer "+
		"exists", text.Quote(u.Name), text.Quote(u.ClientID))
}
