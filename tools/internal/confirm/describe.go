package confirm

import "context"

// Asks reports whether a question of the call would be put to somebody.
func (c *Confirmer) Asks(ctx context.Context) bool {
	form := formsOf(ctx)
	return c.mode != Never && (form == formsShown || c.mode == Strict || c.mode == Auto && form == formsUnknown)
}

// Describe says in a sentence who would be asked about a write, and how. asked is
// whether it is one that is asked about, makes whether it makes something.
func (c *Confirmer) Describe(ctx context.Context, asked, makes bool) string {
	form := formsOf(ctx)
	switch {
	case !asked:
		return "Nobody would be asked: this needs no confirmation."
	case c.mode == Never:
		return "Nobody would be asked: this server's operator wants no questions (--confirm never)."
	case c.yes:
		return "Nobody would be asked: the " + c.answeredBy + " answers the question with yes."
	case c.stateless && makes:
		return "It would be refused: this server runs without state, and its operator has set no --state-store."
	case form == formsShown && c.answeredBy != ByForm:
		return "A human would be asked on the " + c.answeredBy + "."
	case form == formsShown:
		return "A human would be asked by a form."
	case c.mode == Human:
		return "It would be refused: this server wants a human's yes (--confirm human), and this client can't show the " +
			"question."
	case c.mode == Auto && form == formsNone:
		return "Nobody would be asked by this server: this client has no forms, and its own approval of the call counts."
	}
	return "The first call would answer with a confirmationCode, to be sent again once the user agreed."
}
