// Command sift lists the files below a directory that its .siftignore does not leave out.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.org/sift"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := list(root); err != nil {
		fmt.Fprintln(os.Stderr, "sift:", err)
		os.Exit(1)
	}
}

func list(root string) error {
	matcher := &sift.Matcher{}
	file, err := os.Open(filepath.Join(root, ".siftignore"))
	if err == nil {
		defer file.Close()
		matcher, err = sift.Parse(file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := sift.Walk(os.DirFS(root), matcher)
	for _, name := range files {
		fmt.Println(name)
	}
	return err
}
