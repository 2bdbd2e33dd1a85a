//go:build !linux && !darwin

package main

// machineMemory is what is assumed where the machine cannot be asked.
func machineMemory() uint64 { return assumedMemory }
