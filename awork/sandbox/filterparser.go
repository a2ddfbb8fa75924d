package sandbox

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// parser reads an expression token by token.
type parser struct {
	tokens []string
	record reflect.Type
}

// maxFilter is far above what a URL takes, and low enough for recursion.
const maxFilter = 16 << 10

// parseFilter reads a filter for records of a type.
func parseFilter(expression string, record reflect.Type) (filter, error) {
	if len(expression) > maxFilter {
		return nil, fmt.Errorf("the expression is too long")
	}
	tokens, err := tokenize(expression)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens, record}
	f, err := p.either()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q follows the end", p.tokens[0])
	}
	return f, err
}

// tokenize splits an expression into words, literals, parentheses and commas.
func tokenize(expression string) ([]string, error) {
	var tokens []string
	for rest := strings.TrimSpace(expression); rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		end := strings.IndexAny(rest, " (),'")
		switch {
		case end < 0:
			end = len(rest)
		case rest[end] == '\'':
			quote, err := endOfText(rest, end)
			if err != nil {
				return nil, err
			}
			end = quote
		case end == 0:
			end = 1
		}
		tokens, rest = append(tokens, rest[:end]), rest[end:]
	}
	return tokens, nil
}

// endOfText finds the end of a text in apostrophes, where two stand for one.
func endOfText(s string, start int) (int, error) {
	for i := start + 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return i + 1, nil
		}
		i++
	}
	return 0, fmt.Errorf("a text has no end")
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) next() string {
	token := p.peek()
	p.tokens = p.tokens[min(1, len(p.tokens)):]
	return token
}

func (p *parser) expect(token string) error {
	if got := p.next(); got != token {
		return fmt.Errorf("%q stands where %q should", got, token)
	}
	return nil
}

func (p *parser) either() (filter, error) {
	left, err := p.both()
	for err == nil && p.peek() == "or" {
		p.next()
		var right filter
		right, err = p.both()
		left = junction{false, left, right}
	}
	return left, err
}

func (p *parser) both() (filter, error) {
	left, err := p.single()
	for err == nil && p.peek() == "and" {
		p.next()
		var right filter
		right, err = p.single()
		left = junction{true, left, right}
	}
	return left, err
}

func (p *parser) single() (filter, error) {
	switch token := p.next(); token {
	case "not":
		f, err := p.single()
		return negation{f}, err
	case "(":
		f, err := p.either()
		if err != nil {
			return nil, err
		}
		return f, p.expect(")")
	case "startswith", "endswith", "substringof":
		return p.function(token)
	default:
		return p.comparison(token)
	}
}

// function reads startswith(p,'x'), endswith(p,'x') or substringof('x',p).
func (p *parser) function(name string) (filter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	first := p.next()
	if err := p.expect(","); err != nil {
		return nil, err
	}
	second := p.next()
	if name == "substringof" {
		first, second = second, first
	}
	c, err := p.compared(first, name, second)
	if err != nil {
		return nil, err
	}
	return c, p.expect(")")
}

func (p *parser) comparison(name string) (filter, error) {
	operator := p.next()
	switch operator {
	case "eq", "ne", "gt", "lt", "ge", "le":
		return p.compared(name, operator, p.next())
	case "in":
		return p.oneOf(name)
	}
	return nil, fmt.Errorf("%q is no operator", operator)
}

// oneOf reads the list of in, which awork documents with texts only.
func (p *parser) oneOf(name string) (filter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	all, err := p.compared(name, "in", p.next())
	for err == nil && p.peek() == "," {
		p.next()
		var one comparison
		one, err = p.compared(name, "in", p.next())
		all.literals = append(all.literals, one.literals...)
	}
	if err != nil {
		return nil, err
	}
	return all, p.expect(")")
}

// compared makes a comparison of a property with a literal of its kind.
func (p *parser) compared(name, operator, literal string) (comparison, error) {
	property, err := propertyOf(p.record, name)
	if err != nil {
		return comparison{}, err
	}
	l, err := parseLiteral(literal)
	if err != nil {
		return comparison{}, err
	}
	textOnly := operator == "in" || len(operator) > 2
	if l.kind != property.kind && l.kind != "null" || textOnly && l.kind != "text" {
		return comparison{}, fmt.Errorf("%s can't be compared with %s", name, literal)
	}
	return comparison{property, operator, []operand{l}}, nil
}
