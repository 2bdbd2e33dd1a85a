package main

import "golang.org/x/sys/unix"

// machineMemory is the memory of this machine in bytes.
func machineMemory() uint64 {
	if bytes, err := unix.SysctlUint64("hw.memsize"); err == nil {
		return bytes
	}
	return assumedMemory
}
