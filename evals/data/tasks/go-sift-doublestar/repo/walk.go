package sift

import "io/fs"

// Walk gives the paths of all files that are not left out, sorted. Ignored directories are not entered.
func Walk(tree fs.FS, m *Matcher) ([]string, error) {
	var files []string
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == "." {
			return nil
		}
		if m.Ignored(name, entry.IsDir()) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.IsDir() {
			files = append(files, name)
		}
		return nil
	})
	return files, err
}
