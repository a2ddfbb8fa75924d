package sandbox

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

type wireNested struct {
	Name string `json:"name"`
}

// wireSample has a property of every kind.
type wireSample struct {
	ID       string      `json:"id"`
	Name     string      `json:"name,omitempty"`
	Count    int         `json:"count"`
	IsOpen   bool        `json:"isOpen"`
	Project  *wireNested `json:"project,omitempty"`
	Tags     []string    `json:"tags"`
	ClosedOn string      `json:"closedOn,omitempty"`
	wireStamps
}

func samples() []wireSample {
	return []wireSample{
		{
			ID: ZapierSyncID, Name: "O'Hara and (sons)", Count: 7, IsOpen: true, Project: &wireNested{"Branding"},
			wireStamps: wireStamps{"2026-03-01T10:00:00.5Z", JonasBrandtID, "2026-03-02T10:00:00Z", AylinDemirID},
		},
		{
			ID: DatevExportID, Name: "Beta", Count: 30, ClosedOn: "2026-05-01T00:00:00Z",
			wireStamps: wireStamps{"2026-04-01T10:00:00Z", AylinDemirID, "2026-04-01T10:00:00Z", AylinDemirID},
		},
		{
			ID: PowerBIReportID, Count: -1, IsOpen: true, Project: &wireNested{"Beta"},
			wireStamps: wireStamps{"2026-04-01T09:59:59.9999999Z", JonasBrandtID, "2026-06-01T10:00:00Z", ZeroID},
		},
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	jonas, aylin := "guid'"+JonasBrandtID+"'", "guid'"+strings.ToUpper(AylinDemirID)+"'"
	for expression, want := range map[string]string{
		"createdBy eq " + jonas:                                            "0 2",
		"CREATEDBY ne " + jonas:                                            "1",
		"createdBy eq " + jonas + " and updatedBy eq " + aylin:             "0",
		"createdBy eq " + jonas + " or updatedBy eq " + aylin:              "0 1 2",
		"not createdBy eq " + jonas:                                        "1",
		"not (count gt 0 and isOpen eq true)":                              "1 2",
		"isOpen eq false or isOpen eq true and count lt 0":                 "1 2",
		"(isOpen eq false or isOpen eq true) and count lt 0":               "2",
		"id eq guid'{693325C2-BE31-4939-8E36-A82A27E4AFD9}'":               "0",
		"createdOn ge datetime'2026-04-01T10:00:00'":                       "1",
		"createdOn lt datetime'2026-04-01T10:00'":                          "0 2",
		"createdOn gt datetime'2026-03-01' and count ne 30":                "0 2",
		"updatedOn eq datetime'2026-03-02T10:00:00Z'":                      "0",
		"closedOn eq null":                                                 "0 2",
		"closedOn ne null":                                                 "1",
		"closedOn lt datetime'2027-01-01'":                                 "1",
		"closedOn ne datetime'2027-01-01'":                                 "0 1 2",
		"name eq 'O''Hara and (sons)'":                                     "0",
		"name eq 'beta'":                                                   "",
		"name in ('Alpha','Beta')":                                         "1",
		"project/name eq 'Beta'":                                           "2",
		"project/name eq null":                                             "1",
		"startswith(name,'o''h')":                                          "0",
		"endswith(name,'A')":                                               "1",
		"substringof('and (',name)":                                        "0",
		"substringof('eta',name) or count le -1":                           "1 2",
		" count  ge  7 ":                                                   "0 1",
		strings.Repeat("(", 100) + "count eq 7" + strings.Repeat(")", 100): "0",
	} {
		f, err := parseFilter(expression, reflect.TypeFor[wireSample]())
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		var got []string
		for i, r := range samples() {
			if f.matches(reflect.ValueOf(r)) {
				got = append(got, string(rune('0'+i)))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", expression, got, want)
		}
	}
}

func TestFilterRefusals(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		"createdBy", "createdBy eq", "createdBy eq '" + JonasBrandtID + "'", "createdBy eq " + JonasBrandtID,
		"createdBy eq guid'jonas'", "createdBy eq guid'" + JonasBrandtID, "createdBy EQ guid'" + JonasBrandtID + "'",
		"createdBy = guid'" + JonasBrandtID + "'", "createdby eq GUID'" + JonasBrandtID + "'",
		"createdOn gt '2026-01-01'", "createdOn gt datetime'yesterday'", "created eq null", "/ eq 1", "project eq null",
		"project/id eq 1", "name/id eq 1", "tags eq 'a'", "tags/any(a: a/name eq 'x')", "count eq '7'", "name eq 7",
		"isOpen", "isOpen eq True", "(count eq 7", "count eq 7)", "count eq 7 and", "count eq 7 AND count eq 7",
		"count eq 7 count eq 7", "name in ()", "name in ('a'", "name in ('a',7)", "id in (guid'" + JonasBrandtID + "')",
		"startswith(name)", "startswith(count,'7')", "startswith(name,null)", "substringof(name,'x')", "not",
		"name eq 'a", "wireStamps eq 'a'", strings.Repeat("(", 1<<20),
	} {
		if f, err := parseFilter(expression, reflect.TypeFor[wireSample]()); err == nil {
			t.Errorf("%.60s: %+v", expression, f)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		"createdOn":                   "0 2 1",
		"CreatedOn DESC":              "1 2 0",
		"isOpen,count":                "1 2 0",
		"isOpen desc,count desc":      "0 2 1",
		"closedOn":                    "0 2 1",
		"closedOn desc,createdOn asc": "1 0 2",
		"project/name":                "1 2 0",
	} {
		records, err := ordered(samples(), expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
		}
		var got []string
		for _, r := range records {
			i := slices.IndexFunc(samples(), func(s wireSample) bool { return s.ID == r.ID })
			got = append(got, string(rune('0'+i)))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", expression, got, want)
		}
	}
	for _, expression := range []string{"created", "count down", "count, name", "count desc asc", "project", ","} {
		if _, err := ordered(samples(), expression); err == nil {
			t.Errorf("%q was taken", expression)
		}
	}
}

// TestFilterOverHTTP asks as a client does.
func TestFilterOverHTTP(t *testing.T) {
	t.Parallel()
	s := unlimited()
	ask := func(filter, order string) received {
		q := url.Values{"filterBy": {filter}, "OrderBy": {order}, "page": {"1"}, "pageSize": {"1"}}
		return admin(t, s, "GET", string(AreaTimeEntries)+"?"+q.Encode(), "")
	}
	a := ask("createdBy eq guid'"+ZapierSyncID+"'", "createdOn desc")
	var entries []wireTimeEntry
	a.json(t, &entries)
	if len(entries) != 1 || entries[0].CreatedOn != "2026-08-31T17:31:00Z" || a.header.Get("Aw-Totalitems") != "3" {
		t.Errorf("got %s of %s", a.body, a.header.Get("Aw-Totalitems"))
	}
	for _, a := range []received{ask("creator eq 1", ""), ask("", "creator")} {
		if a.status != 400 || a.code() != "invalid-filter-or-order" {
			t.Errorf("got %d %s", a.status, a.body)
		}
	}
	a = admin(t, s, "GET", "/apiusers?filterby=nonsense", "")
	if a.status != 200 || a.header.Get("Aw-Totalitems") != "12" {
		t.Errorf("a list without filters: %d %s", a.status, a.body)
	}
}

// TestEveryPropertyHasAnOrder orders the seeded records by each of their
// properties: what each is for is guessed by its name.
func TestEveryPropertyHasAnOrder(t *testing.T) {
	t.Parallel()
	s := unlimited()
	for area, record := range map[Area]reflect.Type{
		AreaTimeEntries: reflect.TypeFor[wireTimeEntry](), AreaTasks: reflect.TypeFor[wireTask](),
		AreaProjects: reflect.TypeFor[wireProject](), AreaCompanies: reflect.TypeFor[wireCompany](),
		AreaDocuments: reflect.TypeFor[wireDocument](), AreaAbsences: reflect.TypeFor[wireAbsence](),
		AreaTimeBookings: reflect.TypeFor[wireTimeBooking](), "/users": reflect.TypeFor[wireUser](),
		"/webhooks": reflect.TypeFor[wireWebhook](),
		Area("/webhooks/" + DashboardWebhookID + "/logs"): reflect.TypeFor[wireDelivery](),
	} {
		for _, f := range reflect.VisibleFields(record) {
			if f.Anonymous || kindOf(f) == "" {
				continue
			}
			if a := admin(t, s, "GET", string(area)+"?orderby="+jsonName(f), ""); a.status != 200 {
				t.Errorf("%s by %s: %d %s", area, jsonName(f), a.status, a.body)
			}
		}
	}
}
