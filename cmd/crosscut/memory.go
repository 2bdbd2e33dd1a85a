package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"

	"crosscut/models"
)

// memoryLimit is --max-memory in bytes; by default half of the machine's memory.
func (c *call) memoryLimit() (uint64, error) {
	if c.cmd.flag("max-memory") == nil || !c.IsSet("max-memory") {
		return machineMemory() / 2, nil
	}
	limit, err := parseSize(c.String("max-memory"))
	if err != nil {
		return 0, usagef("write 500MB or 2GB", "flag --max-memory: %v", err)
	}
	return limit, nil
}

// need refuses work that is estimated to take more memory than --max-memory.
func (c *call) need(bytes uint64, what string) error {
	limit, err := c.memoryLimit()
	if err != nil {
		return err
	}
	if bytes > limit && !c.planned { // it is to run elsewhere
		return usagef("raise --max-memory, or ask for less", "%s needs about %s of memory, the limit is %s", what, showSize(bytes), showSize(limit))
	}
	return nil
}

// The collector runs when the heap has grown by growPercent: a million tokens in both halves
// are 220 MB, and their tables then stay within 500. Below heapFloor it does not run at all:
// most commands, and the process of a user's file, live in a few megabytes, where it would
// take half of the time.
const (
	growPercent  = 50
	heapFloor    = 32 << 20
	floorPercent = heapFloor / (4 << 20) * 100 // of the runtime's own floor, which is 4 MB at 100
)

var collecting sync.Once

// collect sets that up.
func collect() {
	debug.SetGCPercent(floorPercent)
	collected(nil)
}

// cycle is garbage at once, so its finalizer runs after each collection.
type cycle struct{ _ *int }

func collected(*cycle) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	if metrics.Read(live); live[0].Value.Kind() == metrics.KindUint64 {
		debug.SetGCPercent(growth(live[0].Value.Uint64()))
	}
	runtime.SetFinalizer(&cycle{}, collected)
}

// growth is by how many percent a heap with so many live bytes may grow.
func growth(live uint64) int {
	if live == 0 {
		return floorPercent
	}
	return max(growPercent, min(floorPercent, (heapFloor-int(min(live, heapFloor)))*100/int(live)))
}

// assumedMemory stands for a machine that does not say how much it has.
const assumedMemory = 8 << 30

// defaultSteps is --max-steps: some minutes' work.
const defaultSteps = 1e12

// allow refuses what exceeds --max-memory or --max-steps.
func (c *call) allow(what string) func(models.Effort) error {
	return func(e models.Effort) error {
		limit := float64(defaultSteps)
		if c.cmd.flag("max-steps") != nil {
			limit = float64(c.Uint64("max-steps"))
		}
		if e.Steps > limit {
			return usagef("raise --max-steps, or ask for less", "%s needs about %.2g steps, the limit is %.2g", what, e.Steps, limit)
		}
		return c.need(uint64(min(e.Bytes, 1<<62)), what)
	}
}

var sizeUnits = []struct {
	suffix string
	bytes  float64
}{
	{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"B", 1}, {"", 1},
}

// parseSize reads 500MB, 2GiB or a number of bytes.
func parseSize(s string) (uint64, error) {
	for _, u := range sizeUnits {
		number, ok := strings.CutSuffix(strings.ToUpper(s), u.suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(v > 0) || v*u.bytes >= 1<<63 {
			break
		}
		return uint64(v * u.bytes), nil
	}
	return 0, usagef("", "%q is no amount of memory", s)
}

func showSize(b uint64) string {
	for _, u := range []struct {
		name  string
		bytes float64
	}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if float64(b) >= u.bytes {
			return strconv.FormatFloat(float64(b)/u.bytes, 'f', 1, 64) + " " + u.name
		}
	}
	return strconv.FormatUint(b, 10) + " bytes"
}
