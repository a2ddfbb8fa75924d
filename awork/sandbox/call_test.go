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
