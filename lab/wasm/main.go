//go:build js && wasm

// The lab's engine as WebAssembly, for a static site: worker.js calls crosscut
// with an operation and a request, and gets the answer's JSON or an error's.
package main

import (
	"context"
	"syscall/js"

	"crosscut/lab/engine"
)

func main() {
	js.Global().Set("crosscut", js.FuncOf(func(_ js.Value, args []js.Value) any {
		answer, err := engine.Handle(context.Background(), args[0].String(), []byte(args[1].String()))
		if err != nil {
			return map[string]any{"ok": false, "body": string(engine.ErrorJSON(err))}
		}
		return map[string]any{"ok": true, "body": string(answer)}
	}))
	select {}
}
