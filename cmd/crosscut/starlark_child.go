package main

import (
	"os"

	"crosscut/reductions/script"
)

// starlarkChild runs a user's Starlark file on behalf of another crosscut
// process, which ends it when it takes too long or too much memory.
const starlarkChild = "starlark-child"

var _ = register(&command{
	name: starlarkChild, usage: "run a user's file for another crosscut process", hidden: true, plain: true,
	run: func(c *call) error { return script.ServeChild(os.Stdin, c.stdout) },
})
