package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// mutant is one small change.
type mutant struct {
	number, line    int
	file            string
	key             string // file, function, how and what is changed
	reached, killed bool
}

// mutator makes the mutants of a file. They are: a condition that always holds, or
// never; a comparison that takes in its bound, or no longer does; a statement that
// is left out; a result, a field of a struct or the value of a case that is zero.
// Log lines and panics are left alone.
type mutator struct {
	fset     *token.FileSet
	info     *types.Info
	file     string
	source   []byte
	first    int
	function string
	done     map[ast.Expr]bool
	mutants  []*mutant
	edits    []edit
}

// mutate returns the source of a file with all mutants in it.
func (m *mutator) mutate(file *ast.File) []byte {
	m.done = map[ast.Expr]bool{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		m.function = f.Name.Name
		if f.Recv != nil {
			m.function = strings.Trim(m.text(f.Recv.List[0].Type), "*") + "." + m.function
		}
		m.visit(f.Body, f.Type)
	}
	return m.rewritten()
}

// visit makes the mutants in the body of a function.
func (m *mutator) visit(body ast.Node, f *ast.FuncType) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			m.visit(n.Body, n.Type)
			return false
		case *ast.BlockStmt:
			m.statements(n.List)
		case *ast.CommClause:
			m.statements(n.Body)
		case *ast.CaseClause:
			m.statements(n.Body)
			for _, e := range n.List {
				m.value(e, nil, "no case")
			}
		case *ast.IfStmt:
			m.condition(n.Cond)
		case *ast.ForStmt:
			m.condition(n.Cond)
		case *ast.ReturnStmt:
			m.results(n, f)
		case *ast.CompositeLit:
			m.fields(n)
		case *ast.BinaryExpr:
			m.condition(n)
		case *ast.UnaryExpr:
			m.condition(n)
		}
		return true
	})
}

// statements leaves out each statement that is there for its effect.
func (m *mutator) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if text := m.text(s); strings.Contains(strings.ToLower(text), "log.") || strings.HasPrefix(text, "panic(") {
				continue
			}
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt, *ast.BranchStmt:
		default:
			continue
		}
		m.wrap(s, fmt.Sprintf("if !mutated(%d) {\n", m.add(s, "left out")), "\n}")
	}
}

// condition makes mutants of the parts of a condition that have no parts.
func (m *mutator) condition(e ast.Expr) {
	if e == nil || m.done[e] || !m.is(e, types.IsBoolean) || m.info.Types[e].Value != nil {
		return
	}
	m.done[e] = true
	bound := ""
	switch e := e.(type) {
	case *ast.ParenExpr:
		m.condition(e.X)
		return
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			m.condition(e.X)
			return
		}
	case *ast.BinaryExpr:
		equal := m.text(e.X) + " == " + m.text(e.Y)
		switch e.Op {
		case token.LAND, token.LOR:
			m.condition(e.X)
			m.condition(e.Y)
			return
		case token.LSS, token.GTR:
			bound = fmt.Sprintf("mutated(%d) && %s || ", m.add(e, "takes in its bound"), equal)
		case token.LEQ, token.GEQ:
			bound = fmt.Sprintf("!(mutated(%d) && %s) && ", m.add(e, "leaves out its bound"), equal)
		}
	}
	always := m.add(e, "always")
	m.add(e, "never")
	m.wrap(e, fmt.Sprintf("mutatedBool(%d, %s", always, bound), ")")
}

// results makes each result the zero value.
func (m *mutator) results(r *ast.ReturnStmt, f *ast.FuncType) {
	if f.Results == nil || len(r.Results) != f.Results.NumFields() {
		return // none, or those of one call
	}
	i := 0
	for _, field := range f.Results.List {
		for range max(1, len(field.Names)) {
			m.value(r.Results[i], field.Type, "returns zero")
			i++
		}
	}
}

// fields makes each field of a struct the zero value.
func (m *mutator) fields(lit *ast.CompositeLit) {
	if _, ok := m.info.Types[lit].Type.Underlying().(*types.Struct); !ok {
		return
	}
	for _, e := range lit.Elts {
		if field, ok := e.(*ast.KeyValueExpr); ok {
			m.value(field.Value, nil, "no "+m.text(field.Key))
		}
	}
}

// value makes e the zero value of its type, or of target where that is an error.
func (m *mutator) value(e, target ast.Expr, how string) {
	tv := m.info.Types[e]
	switch {
	case m.done[e] || tv.Type == nil || tv.IsNil() || tv.IsType() || strings.HasSuffix(m.text(e), "{}"):
	case m.is(e, types.IsBoolean) && tv.Value == nil:
		m.condition(e)
	case m.is(e, types.IsBoolean):
		m.wrap(e, fmt.Sprintf("(mutated(%d) != (", m.add(e, how+", negated")), "))")
	case tv.Value != nil && (isZero(tv.Value) || m.is(e, types.IsString) || m.untyped(e)):
	case target != nil && types.IsInterface(m.info.Types[target].Type) && !types.IsInterface(tv.Type):
		m.wrap(e, fmt.Sprintf("mutatedZero[%s](%d, ", m.text(target), m.add(e, how)), ")")
	default:
		m.wrap(e, fmt.Sprintf("mutatedZero(%d, ", m.add(e, how)), ")")
	}
}

// untyped reports whether a constant takes its type from where it stands.
func (m *mutator) untyped(e ast.Expr) bool {
	if s, ok := e.(*ast.SelectorExpr); ok {
		e = s.Sel
	}
	id, ok := e.(*ast.Ident)
	if !ok {
		return true
	}
	b, ok := m.info.Uses[id].Type().(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

func isZero(v constant.Value) bool { return v.Kind() == constant.Int && constant.Sign(v) == 0 }

func (m *mutator) is(e ast.Expr, what types.BasicInfo) bool {
	b, ok := m.info.Types[e].Type.Underlying().(*types.Basic)
	return ok && b.Info()&what != 0
}

func (m *mutator) offset(p token.Pos) int { return m.fset.Position(p).Offset }

func (m *mutator) text(n ast.Node) string {
	return string(m.source[m.offset(n.Pos()):m.offset(n.End())])
}

// add notes a mutant and returns its number.
func (m *mutator) add(n ast.Node, how string) int {
	what := strings.Join(strings.Fields(m.text(n)), " ")
	if len(what) > 90 {
		what = what[:90] + "…"
	}
	key := fmt.Sprintf("%s %s, %s: %s", m.file, m.function, how, what)
	again := 1
	for _, other := range m.mutants {
		if other.key == key || strings.HasPrefix(other.key, key+" #") {
			again++
		}
	}
	if again > 1 {
		key += fmt.Sprintf(" #%d", again)
	}
	m.mutants = append(m.mutants, &mutant{
		number: m.first + len(m.mutants), line: m.fset.Position(n.Pos()).Line, file: m.file, key: key})
	return m.first + len(m.mutants) - 1
}
