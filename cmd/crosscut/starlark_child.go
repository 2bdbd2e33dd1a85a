package main

import (
	"os"

	"crosscut/reductions/script"
)

// starlark-child runs a user's Starlark file on behalf of another crosscut
// process, which ends it when it takes too long or too much memory.
var _ = register(&command{
	name: "starlark-child", usage: "run a user's file for another crosscut process", hidden: true, plain: true,
	run: func(c *call) error { return script.ServeChild(os.Stdin, c.stdout) },
})
