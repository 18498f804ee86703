// Package ringlog keeps the last lines of a log in memory.
package ringlog

import (
	"bytes"
	"sync"
)

// MaxLine is how many bytes of a line are kept.
const MaxLine = 4096

// Ring keeps the last lines that were written to it. It is safe for use by several goroutines.
type Ring struct {
	mu      sync.Mutex
	lines   []string
	next    int
	full    bool
	partial []byte
}

// New makes a ring of so many lines. It panics if there are less than 1.
func New(lines int) *Ring {
	if lines < 1 {
		panic("ringlog: a ring needs at least one line")
	}
	return &Ring{lines: make([]string, lines)}
}

// Write takes lines in. It never fails.
func (r *Ring) Write(data []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest := data
	for {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			r.keep(rest)
			return len(data), nil
		}
		r.keep(rest[:end])
		r.push(string(r.partial))
		r.partial = r.partial[:0]
		rest = rest[end+1:]
	}
}

func (r *Ring) keep(part []byte) {
	if room := MaxLine - len(r.partial); len(part) > room {
		part = part[:room]
	}
	r.partial = append(r.partial, part...)
}

func (r *Ring) push(line string) {
	r.lines[r.next] = line
	r.next++
	if r.next == len(r.lines) {
		r.next, r.full = 0, true
	}
}

// Lines are the lines that are kept, the oldest first.
func (r *Ring) Lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.full {
		return append([]string{}, r.lines[:r.next]...)
	}
	return append(append([]string{}, r.lines[r.next:]...), r.lines[:r.next]...)
}

// Reset forgets all lines.
func (r *Ring) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next, r.full, r.partial = 0, false, r.partial[:0]
}
