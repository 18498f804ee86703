package sift

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestHiddenPatterns(t *testing.T) {
	for _, c := range []struct {
		name, text string
		in, out    []string // "/" at the end: a directory
	}{
		{"negation", "*.log\n!keep.log\n", []string{"a.log", "x/a.log"}, []string{"keep.log", "x/keep.log"}},
		{"the last line decides", "!a\na\n", []string{"a"}, nil},
		{"nothing comes back below an ignored directory", "build\n!build/keep\n", []string{"build/keep", "build/"}, nil},
		{"anchored", "/build\n", []string{"build", "build/x"}, []string{"src/build"}},
		{"a slash in the middle anchors", "docs/*.txt\n", []string{"docs/a.txt"}, []string{"x/docs/a.txt", "docs/y/a.txt"}},
		{"any depth", "*.log\n", []string{"a.log", "x/y/a.log"}, []string{"a.logs"}},
		{"leading stars", "**/tmp\n", []string{"tmp", "a/tmp", "a/b/tmp/c"}, []string{"tmps"}},
		{"stars at the end", "out/**\n", []string{"out/a", "out/a/b"}, []string{"out/", "x/out/a"}},
		{"stars in the middle", "a/**/b\n", []string{"a/b", "a/x/b", "a/x/y/b"}, []string{"a/xb", "x/a/b", "ab"}},
		{"directories only", "cache/\n", []string{"cache/", "cache/x", "x/cache/y"}, []string{"cache", "x/cache"}},
		{"anchored directory", "/cache/\n", []string{"cache/", "cache/x"}, []string{"x/cache/"}},
		{"escaped signs", "\\#a\n\\!b\n", []string{"#a", "!b"}, []string{"a", "b"}},
		{"blanks at the end", "a  \nb\\ \n", []string{"a", "b "}, []string{"a  ", "b"}},
		{"windows line ends", "a\r\n", []string{"a"}, nil},
		{"classes", "[a-c]x\n[!a-c]y\n", []string{"ax", "dy"}, []string{"dx", "ay"}},
		{"a star is no slash", "a*c\n/x?z\n", []string{"abc"}, []string{"a/c", "x/z"}},
		{"a class is no slash", "a[!b]c\n", []string{"axc"}, []string{"a/c"}},
		{"double star within a name is a star", "a**b\n", []string{"axxb"}, []string{"a/b"}},
		{"comments", "#a\n", nil, []string{"#a", "a"}},
		{"everything but", "/*\n!/src\n", []string{"a", "b/c"}, []string{"src/", "src/x"}},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			m := parse(t, c.text)
			for _, name := range c.in {
				if !m.Ignored(strings.TrimSuffix(name, "/"), strings.HasSuffix(name, "/")) {
					t.Errorf("%q is not ignored by %q", name, c.text)
				}
			}
			for _, name := range c.out {
				if m.Ignored(strings.TrimSuffix(name, "/"), strings.HasSuffix(name, "/")) {
					t.Errorf("%q is ignored by %q", name, c.text)
				}
			}
		})
	}
}

func TestHiddenMistakesAreNamed(t *testing.T) {
	for _, text := range []string{"ok\n[a\n", "ok\n!x/[b\n", "ok\n**/[\n"} {
		if _, err := Parse(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestHiddenWalk(t *testing.T) {
	tree := fstest.MapFS{
		"a.go": {}, "a.log": {}, "keep.log": {}, "out/a": {}, "cache/x": {}, "docs/cache": {}, "docs/api/a.txt": {}, "docs/b.txt": {},
	}
	files, err := Walk(tree, parse(t, "*.log\n!keep.log\nout/**\ncache/\ndocs/**/*.txt\n"))
	if err != nil || !reflect.DeepEqual(files, []string{"a.go", "docs/cache", "keep.log"}) {
		t.Errorf("%v, %v", files, err)
	}
}

func TestHiddenManyStarsEnd(t *testing.T) {
	m := parse(t, strings.Repeat("**/a/", 12)+"b\n")
	if m.Ignored(strings.Repeat("a/", 60)+"c", false) {
		t.Error("it does not match")
	}
}
