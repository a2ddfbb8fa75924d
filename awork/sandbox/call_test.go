package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestContentTypeOfABody(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON": 200, "text/plain": 400, "": 400,
	} {
		r := httptest.NewRequest(http.MethodPost, BasePath+"/apiusers", strings.NewReader(`{"name":"a"}`))
		r.Header.Set("Authorization", "bearer "+AdminToken)
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		unlimited().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: got %d %s", contentType, w.Code, w.Body)
		}
	}
}

func TestParseGUID(t *testing.T) {
	t.Parallel()
	const id = "693325c2-be31-4939-8e36-a82a27e4afd9"
	for text, want := range map[string]string{
		id:                                     id,
		"693325C2-BE31-4939-8E36-A82A27E4AFD9": id,
		"{" + id + "}":                         id,
		"693325c2be3149398e36a82a27e4afd9":     id,
		ZeroID:                                 ZeroID,
		"urn:uuid:" + id:                       "",
		"x" + id + "y":                         "",
		"me":                                   "",
		"":                                     "",
	} {
		if got, isGUID := parseGUID(text); got != want && isGUID || isGUID != (want != "") {
			t.Errorf("%q: %q %v", text, got, isGUID)
		}
	}
}
