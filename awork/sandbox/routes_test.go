package sandbox

import "testing"

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
