package sandbox

// The webhooks: https://developers.awork.com/webhooks.

// wire shows the authentication, which is a secret, as awork does.
func (w Webhook) wire() wireWebhook {
	authentication := "none"
	if w.Authentication != "" {
		authentication = "header"
	}
	receiver := w.ReceiverType
	if receiver == "" {
		receiver = "custom"
	}
	return wireWebhook{
		Name: w.Name, URI: w.URI, Language: "de-DE", Events: w.Events, IsActive: w.Active,
		AuthenticationType: authentication, Authentication: w.Authentication,
		ID: w.ID, ReceiverType: receiver, LastFailureReason: w.LastFailure,
		wireStamps: stamps(w.CreatedOn, w.CreatedBy, w.UpdatedOn, w.UpdatedBy),
	}
}

func listWebhooks(c *call) reply {
	return page(c, convert(c.workspace.webhooks.all(), Webhook.wire), defaultPageSize)
}

func listDeliveries(c *call) reply {
	w, found := c.workspace.webhooks.get(c.id)
	if !found {
		return missing("webhook", c.id).reply()
	}
	var log []wireDelivery
	for _, d := range w.Deliveries {
		log = append(log, wireDelivery{
			Message: d.Message, WebhookID: w.ID, ResponseCode: d.ResponseCode, CreatedOn: stamp(d.On),
			Reason: d.Reason, IsSuccessful: d.Successful,
		})
	}
	return page(c, log, defaultPageSize)
}
