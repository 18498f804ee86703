// Package sift lists the files of a tree that an ignore file does not leave out.
package sift

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"
)

// Matcher knows which paths are left out. The zero value leaves out none.
type Matcher struct {
	patterns []string
}

// Parse reads an ignore file: a pattern a line, empty lines and those that begin with # left out.
func Parse(r io.Reader) (*Matcher, error) {
	m := &Matcher{}
	scanner := bufio.NewScanner(r)
	for number := 1; scanner.Scan(); number++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if _, err := path.Match(line, ""); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		m.patterns = append(m.patterns, line)
	}
	return m, scanner.Err()
}

// Ignored says whether a path, with slashes and relative to the root, is left out.
func (m *Matcher) Ignored(name string, isDir bool) bool {
	for _, pattern := range m.patterns {
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
		if ok, _ := path.Match(pattern, path.Base(name)); ok {
			return true
		}
	}
	parent := path.Dir(name)
	return parent != "." && parent != "/" && m.Ignored(parent, true)
}
