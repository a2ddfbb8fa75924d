package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// suite is files with the packages whose tests have to notice a change in them.
type suite struct {
	files, tests []string
	// reviewed: each mutant that survives is listed in .ci/mutants, and one that is
	// not fails the run.
	reviewed bool
}

// suites are the files that decide what is written, by whom, and what an answer to
// it means.
var suites = []suite{
	{
		[]string{"cmd/awork-mcp/internal/callerauth/*.go"}, []string{"cmd/awork-mcp/internal/callerauth"}, true,
	}, {
		[]string{"awork/answer.go", "awork/apiuserchanges.go", "awork/attempt.go", "awork/clientapplications.go",
			"awork/errors.go", "awork/keys.go", "awork/me.go", "awork/pendingme.go", "awork/roles.go", "awork/send.go",
			"awork/write.go"},
		[]string{"awork"}, true,
	}, {
		[]string{"tools/journal/*.go"}, []string{"tools/journal"}, true,
	}, {
		[]string{"cmd/awork-mcp/internal/origin/*.go"}, []string{"cmd/awork-mcp/internal/origin"}, true,
	}, {
		[]string{"tools/internal/policy/*.go"}, []string{"tools/internal/policy"}, true,
	}, {
		[]string{"tools/internal/confirm/*.go"}, []string{"tools/internal/confirm"}, true,
	}, {
		[]string{"tools/internal/args/*.go"}, []string{"tools/internal/args"}, true,
	}, {
		[]string{"tools/internal/call/*.go"}, []string{"tools/internal/call", "tools"}, true,
	},
}

// helper is added to each package that is mutated.
//
//go:embed helper.txt
var helper string

// mutateAll mutates files, given by folder, and writes an overlay with which the
// compiler takes the mutated ones.
func mutateAll(work string, folders map[string][]string) ([]*mutant, error) {
	exports, err := exportData()
	if err != nil {
		return nil, err
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	var mutants []*mutant
	replace := map[string]string{}
	add := func(path string, content []byte) error {
		replaced := filepath.Join(work, strings.ReplaceAll(path, "/", "-"))
		replace[filepath.Join(here, path)] = replaced
		return os.WriteFile(replaced, content, 0o600)
	}
	for folder, wanted := range folders {
		fset, files, info, err := check(folder, exports)
		if err != nil {
			return nil, err
		}
		for _, path := range wanted {
			source, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			m := mutator{fset: fset, info: info, file: path, source: source, first: len(mutants) + 1}
			changed := m.mutate(files[path])
			mutants = append(mutants, m.mutants...)
			if err := add(path, changed); err != nil {
				return nil, err
			}
		}
		name := "package " + files[wanted[0]].Name.Name + "\n\n"
		if err := add(filepath.Join(folder, "mutated.go"), []byte(name+helper)); err != nil {
			return nil, err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	return mutants, os.WriteFile(filepath.Join(work, "overlay.json"), overlay, 0o600)
}

// wantedFiles returns the files to mutate, by folder: those whose path contains
// one of the words, or all.
func wantedFiles(patterns, words []string) map[string][]string {
	folders := map[string][]string{}
	for _, pattern := range patterns {
		files, _ := filepath.Glob(pattern)
		for _, path := range files {
			named := func(word string) bool { return strings.Contains(path, word) }
			if !strings.HasSuffix(path, "_test.go") && (len(words) == 0 || slices.ContainsFunc(words, named)) {
				folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], path)
			}
		}
	}
	return folders
}

// exportData returns where the compiled form of each package is that the mutated
// ones may import.
func exportData() (map[string]string, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./...").Output()
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return exports, nil
}

// check parses a package and finds the types in it.
func check(folder string, exports map[string]string) (*token.FileSet, map[string]*ast.File, *types.Info, error) {
	out, err := exec.Command("go", "list", "-f", `{{join .GoFiles "\n"}}`, "./"+folder).Output()
	if err != nil {
		return nil, nil, nil, err
	}
	fset, files, all := token.NewFileSet(), map[string]*ast.File{}, []*ast.File(nil)
	for name := range bytes.FieldsSeq(out) {
		path := filepath.Join(folder, string(name))
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, nil, err
		}
		files[path], all = file, append(all, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no compiled form of %s", path)
		}
		return os.Open(exports[path])
	})}
	_, err = config.Check(folder, fset, all, info)
	return fset, files, info, err
}
