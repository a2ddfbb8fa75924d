package sandbox

import (
	"strings"
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
	a := do(t, s, ReaderToken, "GET", "/webhooks/"+FormsWebhookID, "")
	if !strings.Contains(a.body, `"authenticationType":"header","authentication":"`+FormsWebhookSecret+`"`) ||
		!strings.Contains(a.body, `"createdBy":"`+WebsiteFormsID+`"`) {
		t.Errorf("got %s", a.body)
	}
	if a = do(t, s, ReaderToken, "GET", "/webhooks/"+unknownID, ""); a.status != 404 {
		t.Errorf("unknown: %d", a.status)
	}
}
