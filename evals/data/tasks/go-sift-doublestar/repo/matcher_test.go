package sift

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func parse(t *testing.T, text string) *Matcher {
	t.Helper()
	m, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNamesMatchAnywhere(t *testing.T) {
	m := parse(t, "*.log\n# no.txt\n\nbuild\n")
	for name, want := range map[string]bool{
		"a.log": true, "x/a.log": true, "no.txt": false, "build": true, "x/build/y": true, "builds": false,
	} {
		if got := m.Ignored(name, false); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestBadPatternsAreNamed(t *testing.T) {
	if _, err := Parse(strings.NewReader("a\n[b\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error %v", err)
	}
}

func TestWalk(t *testing.T) {
	tree := fstest.MapFS{"a.go": {}, "a.log": {}, "build/x.go": {}, "src/b.go": {}}
	files, err := Walk(tree, parse(t, "*.log\nbuild\n"))
	if err != nil || !reflect.DeepEqual(files, []string{"a.go", "src/b.go"}) {
		t.Errorf("%v, %v", files, err)
	}
}

func TestTheZeroMatcherLeavesOutNothing(t *testing.T) {
	if (&Matcher{}).Ignored("a", false) {
		t.Error("a is left out")
	}
}
