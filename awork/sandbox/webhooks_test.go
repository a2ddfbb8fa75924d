package sandbox

import (
	"testing"
)

func TestWebhooks(t *testing.T) {
	t.Parallel()
	s := unlimited()
	var hooks []wireWebhook
	do(t, s, ReaderToken, "GET", "/webhooks?pageSize=1000", "").json(t, &hooks)
	if len(hooks) != 3 || hooks[0].ReceiverType != "slack" || hooks[0].AuthenticationType != "none" {
		t.Errorf("got %+v", hooks)
	}
	w := hooks[1]
	if w.AuthenticationType != "header" || w.Authentication != FormsWebhookSecret || w.CreatedBy != WebsiteFormsID {
		t.Errorf("got %+v", w)
	}
}
