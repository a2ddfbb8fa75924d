package policy

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

const id = "693325c2-be31-4939-8e36-a82a27e4afd9"

// What was meant as an id and is none is refused: as a name it would protect
// nothing.
func TestProtectRefusesFailedIDs(t *testing.T) {
	t.Parallel()
	dashed := func(dash string) string { return strings.ReplaceAll(id, "-", dash) }
	for name, entry := range map[string]string{
		"double quotes":       `"` + id + `"`,
		"single quotes":       `'` + id + `'`,
		"one quote":           `"` + id,
		"typographic quotes":  "“" + id + "”",
		"quoted name":         `"prod-*"`,
		"en dashes":           dashed("–"),
		"em dashes":           dashed("—"),
		"hyphens of Unicode":  dashed("\u2010"),
		"no-break hyphens":    dashed("\u2011"),
		"minus signs":         dashed("\u2212"),
		"underscores":         "{" + id + "_",
		"underscores alone":   dashed("_"),
		"blanks for hyphens":  dashed(" "),
		"dots for hyphens":    "prod " + dashed("."),
		"comment":             id + " # prod",
		"comment, no blank":   id + "#prod",
		"semicolon":           id + ";" + id,
		"semicolon at end":    id + ";",
		"two with a blank":    id + " " + id,
		"two with a bar":      id + "|" + id,
		"blank within":        id[:23] + " " + id[23:],
		"byte order mark":     "\ufeff" + id,
		"zero-width space":    id + "\u200b",
		"zero-width within":   id[:10] + "\u200b" + id[10:],
		"soft hyphen":         id[:8] + "\u00ad" + id[8:],
		"path":                "apiusers/" + id,
		"path with slash":     "/apiusers/" + id + "/",
		"URL":                 "https://api.awork.com/api/v1/apiusers/" + id,
		"key":                 "apiUserId=" + id,
		"angle brackets":      "<" + id + ">",
		"a digit less":        id[:35],
		"a digit more":        id + "0",
		"a group less":        id[:23],
		"two groups":          id[:13],
		"three groups":        id[:18],
		"group and hyphen":    id[:9],
		"no hyphens, a group": dashed("")[:28],
		"en dash and star":    "693325c2–*",
		"minus sign and star": "693325c2\u2212*",
		"invisible, and star": "6933\u200b25c2-*",
		"key and star":        "apiUserId=693325c2-*",
		"key and first group": "apiUserId=693325c2*",
		"dots in 33 digits":   dashed("")[:9] + "." + dashed("")[9:20] + "." + dashed("")[20:] + "0",
		"urn, first group":    "urn:uuid:" + id[:8],
		"blank in 32 digits":  dashed("")[:5] + " " + dashed("")[5:],
		"dots in 31 digits":   dashed("")[:9] + "." + dashed("")[9:20] + "." + dashed("")[20:31],
		"a digit less at 1st": id[1:],
		"32 digits, one less": dashed("")[:31],
		"32 digits, one more": dashed("") + "0",
		"in upper case":       strings.ToUpper(id[:35]),
		"urn, a digit less":   "urn:uuid:" + id[:35],
		"star for the rest":   "693325c2-*",
		"star in the middle":  "693325c2-be31-*-8e36-a82a27e4afd9",
		"star at the end":     "693325c2-be31-4939-8e36-*",
		"question marks":      "693325c2-be31-4939-8e36-????????????",
		"first group, star":   "693325c2*",
		"first group":         "693325c2",
		"both ends":           "693325c2*afd9",
		"star, last group":    "*a82a27e4afd9",
		"digit replaced":      "693325c2-be31-4939-8e36-a82a27e4afd?",
		"nil":                 uuid.Nil.String(),
		"empty":               " ",
		"broken glob":         "[a-",
	} {
		if p, err := Parse(Settings{Protect: []string{"prod-*", entry}}); err == nil {
			t.Errorf("%s: %q protects as %+v", name, entry, p.protected)
		} else if !strings.HasPrefix(err.Error(), "--protect ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is an id, in any form that arguments take, and what is a name.
func TestProtect(t *testing.T) {
	t.Parallel()
	for entry, name := range map[string]string{
		id:                              "",
		strings.ToUpper(id):             "",
		"{" + id + "}":                  "",
		"urn:uuid:" + id:                "",
		strings.ReplaceAll(id, "-", ""): "",
		" " + id + "\t":                 "",
		"20240115*":                     "20240115 export",
		"2024-01-15*":                   "2024-01-15 nightly",
		"2024-01-15-export":             "2024-01-15-export",
		"prod-*":                        "PROD-1",
		"*-export-*":                    "nightly-export-1",
		"Zapier Sync":                   "zapier sync",
		"feed-cafe-*":                   "feed-cafe-1",
		"deadbeef*":                     "deadbeef",
		"Léa's key":                     "Le\u0301a's key",
		"a/b*":                          "a/bc",
		"* # old":                       "key # old",
		"it's \"the\" key":              "it's \"the\" key",
		"DATEV – Export":                "DATEV – Export",
		"12345678":                      "12345678",
		"deadbeef":                      "deadbeef",
		"20240115 1200 1300":            "20240115 1200 1300",
		"build 3f2a91bc":                "build 3f2a91bc",
		"20240115-1200":                 "20240115-1200",
		"urn*":                          "urn export",
		"build 3f2a91bc-12ab":           "build 3f2a91bc-12ab",
		"ab12":                          "ab12",
		"cafe-2024":                     "cafe-2024",
		"a1b2c3zz":                      "a1b2c3zz",
		`Disk 5"`:                       `disk 5"`,
		`"Zap" export`:                  `"zap" export`,
		"[" + strings.Repeat("p", text.MaxLength) + "]rod": "p\u200brod",
		"a?b": "a\u200bb",
		// Names of as many hexadecimal digits as a UUID has, and more.
		"the nightly export to the archive":        "the nightly export to the archive",
		"decade facade added faded beef cafe abs":  "decade facade added faded beef cafe abs",
		"decade facade added faded beef cafe ab*":  "decade facade added faded beef cafe abcd",
		"decade facade added faded beef cafe dead": "decade facade added faded beef cafe dead",
		"\ufeffprod-*": "prod-1",
		"👩\u200d💻 bot": "👩\u200d💻 bot",
	} {
		p, err := Parse(Settings{Protect: []string{entry}})
		if err != nil {
			t.Errorf("%q: %v", entry, err)
			continue
		}
		target := awork.APIUser{ID: uuid.MustParse(id), Name: "whoever"}
		if name != "" {
			target = awork.APIUser{ID: uuid.New(), Name: name}
		}
		if _, yes := p.Protects(target); !yes {
			t.Errorf("%q does not protect %+v", entry, target)
		}
		if _, yes := p.Protects(awork.APIUser{ID: uuid.New(), Name: "another"}); yes {
			t.Errorf("%q protects another", entry)
		}
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	p, err := Parse(Settings{Protect: []string{"prod-*", id, "gone*"}, AllowRoles: []string{"Reader", "Writer"}})
	if err != nil {
		t.Fatal(err)
	}
	users := []awork.APIUser{
		{ID: uuid.MustParse(id), Name: "Zapier"}, {ID: uuid.New(), Name: "prod-1"}, {ID: uuid.New(), Name: "prod-\u200b2"},
	}
	var got []string
	for _, c := range p.Coverage(users, []awork.Role{{ID: uuid.New(), Name: "Reader"}}) {
		got = append(got, c.Setting+" "+c.Entry+": "+strings.Join(c.Names, ","))
	}
	want := "protect prod-*: prod-1,prod-2|protect " + id + ": Zapier|protect gone*: |" +
		"allow-roles Reader: Reader|allow-roles Writer: "
	if strings.Join(got, "|") != want {
		t.Errorf("%q, want %q", got, want)
	}
}
