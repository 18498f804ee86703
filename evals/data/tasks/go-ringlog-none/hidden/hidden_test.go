package ringlog

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
)

func TestHiddenEveryLengthAndEveryCount(t *testing.T) {
	for size := 1; size <= 5; size++ {
		for count := 0; count <= 17; count++ {
			r := New(size)
			want := []string{}
			for n := 0; n < count; n++ {
				fmt.Fprintf(r, "%d\n", n)
				want = append(want, fmt.Sprint(n))
			}
			if len(want) > size {
				want = want[len(want)-size:]
			}
			if got := r.Lines(); !reflect.DeepEqual(got, want) {
				t.Errorf("size %d, %d lines: %v", size, count, got)
			}
		}
	}
}

func TestHiddenWritersAtOnce(t *testing.T) {
	r := New(50)
	var group sync.WaitGroup
	for worker := 0; worker < 8; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := 0; n < 500; n++ {
				fmt.Fprint(r, "abc\n")
				r.Lines()
			}
		}()
	}
	group.Wait()
	for _, line := range r.Lines() {
		if line != "abc" {
			t.Errorf("%q", line)
		}
	}
	if len(r.Lines()) != 50 {
		t.Errorf("%d lines", len(r.Lines()))
	}
}

func TestHiddenEmptyLinesCount(t *testing.T) {
	r := New(3)
	fmt.Fprint(r, "a\n\nb\n\n")
	if got := r.Lines(); !reflect.DeepEqual(got, []string{"", "b", ""}) {
		t.Errorf("%q", got)
	}
}
