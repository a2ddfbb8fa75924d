package jsonrpc

import "strings"

// Traceparent returns the traceparent in the _meta of m, or "" where there is no
// well-formed one.
func (m *Message) Traceparent() string {
	if m.Params.Meta == nil {
		return ""
	}
	parent, _ := m.Params.Meta.AdditionalFields["traceparent"].(string)
	if !IsTraceparent(parent) {
		return ""
	}
	return parent
}

// IsTraceparent reports whether s is well-formed:
// https://www.w3.org/TR/trace-context/#traceparent-header-field-values
// A version of the future may have more at its end.
func IsTraceparent(s string) bool {
	if len(s) < 55 || len(s) > 256 || len(s) > 55 && (s[:2] == "00" || s[55] != '-') {
		return false
	}
	for _, c := range []byte(s[55:]) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	version, trace, span, flags := s[:2], s[3:35], s[36:52], s[53:55]
	return s[2] == '-' && s[35] == '-' && s[52] == '-' &&
		isHex(version) && version != "ff" && isHex(flags) &&
		isHex(trace) && strings.Trim(trace, "0") != "" &&
		isHex(span) && strings.Trim(span, "0") != ""
}

func isHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
