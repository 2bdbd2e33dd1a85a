//go:build !linux

package main

// machineMemory is what is assumed where the machine cannot be asked portably.
func machineMemory() uint64 { return 8 << 30 }
