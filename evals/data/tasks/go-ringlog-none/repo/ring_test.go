package ringlog

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestTheLastLinesAreKept(t *testing.T) {
	r := New(3)
	for n := 1; n <= 5; n++ {
		fmt.Fprintf(r, "line %d\n", n)
	}
	if got := r.Lines(); !reflect.DeepEqual(got, []string{"line 3", "line 4", "line 5"}) {
		t.Errorf("%v", got)
	}
}

func TestLinesComeInPieces(t *testing.T) {
	r := New(3)
	fmt.Fprint(r, "a")
	fmt.Fprint(r, "b\nc\nd")
	if got := r.Lines(); !reflect.DeepEqual(got, []string{"ab", "c"}) {
		t.Errorf("%v", got)
	}
}

func TestLongLinesAreCut(t *testing.T) {
	r := New(1)
	fmt.Fprintln(r, strings.Repeat("x", 2*MaxLine))
	if got := r.Lines(); len(got[0]) != MaxLine {
		t.Errorf("%d bytes", len(got[0]))
	}
}

func TestReset(t *testing.T) {
	r := New(2)
	fmt.Fprint(r, "a\nb\nc\n")
	r.Reset()
	fmt.Fprint(r, "d\n")
	if got := r.Lines(); !reflect.DeepEqual(got, []string{"d"}) {
		t.Errorf("%v", got)
	}
}
