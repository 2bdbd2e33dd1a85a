// Package examples holds the Starlark files of the texts, for the lab's editor.
package examples

import "embed"

//go:embed *.star lecture/*.star
var files embed.FS

// Files is the folder: reductions and models, those of the lesson under lecture.
func Files() embed.FS { return files }
