//go:build !js

// The lab's engine as WebAssembly; `make site` builds it with GOOS=js GOARCH=wasm.
package main

func main() {}
