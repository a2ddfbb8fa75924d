package sandbox

import "time"

// FormsDeliveryMessage is what the webhook FormsWebhookID delivered last: the
// words of a customer, which awork shows to whoever may read webhooks.
const FormsDeliveryMessage = "Anfrage von Familie Behrens: Bitte um Rückruf zum Messestand."

// history is what people and API users did in the workspace up to yesterday.
// HubSpotBridgeID wrote last a year ago, ZapierSyncID yesterday, the only trace
// of WebsiteFormsID is its webhook, and who only reads has none.
type history struct {
	today   time.Time
	records []Record
}

// addHistory adds the records that were made before a day. They are never older
// than those who made them: before May 2026 it is the history of that month.
func (ws *workspace) addHistory(now time.Time) {
	today := now.UTC().Truncate(24 * time.Hour)
	if first := date("2026-05-05T00:00:00Z"); today.Before(first) {
		today = first
	}
	h := &history{today: today}
	relaunch, branding := h.projects()
	h.tasks(relaunch, branding)
	h.times(branding)
	h.companies()
	h.documents(branding)
	h.absences()
	for _, r := range h.records {
		ws.records.put(r.ID, r)
	}
	for _, id := range ws.webhooks.order {
		w := ws.webhooks.byID[id]
		w.Deliveries = h.deliveries(id)
		ws.webhooks.put(id, w)
	}
}

// ago is a time of day before today.
func (h *history) ago(days, hour, minute int) time.Time {
	return h.today.AddDate(0, 0, -days).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// add adds a record as it was made, and returns it to be changed.
func (h *history) add(area Area, name, projectID string, on time.Time, by string) *Record {
	h.records = append(h.records, Record{
		Area: area, ID: generatedID(string(area) + name), Name: name, ProjectID: projectID,
		CreatedOn: on, CreatedBy: by, UpdatedOn: on, UpdatedBy: by,
	})
	return &h.records[len(h.records)-1]
}

// changed notes the last change.
func (r *Record) changed(on time.Time, by string) { r.UpdatedOn, r.UpdatedBy = on, by }

func (h *history) projects() (relaunch, branding string) {
	r := h.add(AreaProjects, "Website Relaunch", "", date("2023-06-20T07:45:12.31Z"), RelaunchImporterID)
	r.changed(date("2023-07-03T11:02:40.9Z"), RelaunchImporterID)
	relaunch = r.ID
	r = h.add(AreaProjects, "Hafenblick Branding", "", h.ago(210, 8, 12), AylinDemirID)
	r.changed(h.ago(1, 14, 2), ZapierSyncID)
	branding = r.ID
	r = h.add(AreaProjects, "Messestand Nordbau", "", h.ago(95, 9, 40), HenrikLuedersID)
	r.changed(h.ago(6, 15, 55), HenrikLuedersID)
	// A person's change hides the one that the API user made before.
	r = h.add(AreaProjects, "Elbkita Website", "", h.ago(40, 10, 5), ZapierSyncID)
	r.changed(h.ago(12, 13, 30), AylinDemirID)
	r = h.add(AreaProjects, "Pitch Reederei", "", h.ago(20, 16, 20), MareikePetersenID)
	r.Private, r.Members = true, []string{MareikePetersenID, AylinDemirID}
	r.changed(h.ago(3, 9, 15), AylinDemirID)
	return relaunch, branding
}

func (h *history) tasks(relaunch, branding string) {
	for _, name := range []string{"Import pages", "Import images", "Check redirects"} {
		r := h.add(AreaTasks, name, relaunch, date("2023-06-21T06:58:03.4Z"), RelaunchImporterID)
		r.UserID = TobiasKernID
		r.changed(date("2023-09-29T14:11:27Z"), TobiasKernID)
	}
	h.add(AreaTasks, "Moodboard", branding, h.ago(200, 8, 30), AylinDemirID).UserID = SophieWagnerID
	r := h.add(AreaTasks, "Photo shooting", branding, h.ago(33, 11, 25), SophieWagnerID)
	r.UserID = EmreYildizID
	r.changed(h.ago(2, 17, 45), SophieWagnerID)
	r = h.add(AreaTasks, "Weekly status", branding, h.ago(22, 4, 0), AworkConnectorID)
	r.UserID = AylinDemirID
	h.add(AreaTasks, "Tidy up", branding, h.ago(60, 3, 0), ZeroID)
}

func (h *history) times(branding string) {
	people := []string{AylinDemirID, HenrikLuedersID, SophieWagnerID}
	for i, note := range []string{"Workshop", "Layout", "Review", "Typography", "Call with the customer", "Retouching"} {
		by := people[i%len(people)]
		h.add(AreaTimeEntries, note, branding, h.ago(3+4*i, 16, 10), by).UserID = by
	}
	h.add(AreaTimeEntries, "Office", "", h.ago(5, 9, 0), HenrikLuedersID).UserID = HenrikLuedersID
	for i, note := range []string{"Calendar: kick-off", "Calendar: planning", "Calendar: handover"} {
		r := h.add(AreaTimeEntries, note, branding, h.ago(1+7*i, 17, 31), ZapierSyncID)
		r.UserID = HenrikLuedersID
	}
	for i, note := range []string{"Booth", "Campaign"} {
		r := h.add(AreaTimeBookings, note, branding, h.ago(15+9*i, 8, 5), AylinDemirID)
		r.UserID = SophieWagnerID
	}
}

func (h *history) companies() {
	for i, name := range []string{"Hafenblick GmbH", "Elbkita gGmbH", "Nordbau AG"} {
		r := h.add(AreaCompanies, name, "", date("2023-02-07T10:20:00.77Z").AddDate(0, 4*i, 0), HubSpotBridgeID)
		r.changed(h.today.AddDate(-1, -i, -12).Add(5*time.Hour), HubSpotBridgeID)
	}
	h.add(AreaCompanies, "Reederei Lorenzen", "", h.ago(25, 12, 0), MareikePetersenID)
}

func (h *history) documents(branding string) {
	h.add(AreaDocuments, "Brand guidelines", branding, h.ago(180, 10, 0), SophieWagnerID).
		changed(h.ago(9, 10, 40), SophieWagnerID)
	h.add(AreaDocuments, "Onboarding", "", date("2023-01-10T09:00:00Z"), KlaraVossID)
	h.add(AreaDocuments, "Old import log", "", date("2023-03-02T02:00:00Z"), AworkConnectorID).
		TrashedOn = date("2024-02-01T08:00:00Z")
	h.add(AreaDocuments, "Salaries", "", h.ago(70, 18, 0), MareikePetersenID).Private = true
}

func (h *history) absences() {
	for i, id := range []string{AylinDemirID, SophieWagnerID} {
		h.add(AreaAbsences, "Vacation of "+id[:8], "", h.ago(30+20*i, 7, 0), id).UserID = id
	}
	r := h.add(AreaAbsences, "Parental leave, from HR", "", h.ago(22, 4, 5), AworkConnectorID)
	r.UserID = HenrikLuedersID
}

// deliveries are the logs of the seeded webhooks.
func (h *history) deliveries(webhookID string) []Delivery {
	switch webhookID {
	case SlackWebhookID:
		return []Delivery{{On: h.ago(20, 16, 21), Successful: true, ResponseCode: 200, Message: "Pitch Reederei"}}
	case FormsWebhookID:
		return []Delivery{
			{On: h.ago(4, 9, 50), Successful: true, ResponseCode: 204, Message: "Newsletter"},
			{On: h.ago(1, 11, 20), Successful: true, ResponseCode: 204, Message: FormsDeliveryMessage},
		}
	case DashboardWebhookID:
		const reason = "The receiver answered 503."
		return []Delivery{
			{On: date("2026-02-09T03:07:12Z"), ResponseCode: 503, Reason: reason, Message: "time_entry_added"},
			{On: date("2026-02-09T03:12:17Z"), ResponseCode: 503, Reason: reason, Message: "time_entry_updated"},
		}
	}
	return nil
}
