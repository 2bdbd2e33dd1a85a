package engine

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"crosscut/internal/strict"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/report"
)

// limits bound the sizes that a request may set, by name: the most that an entry
// takes in the lab. The command line goes further.
var limits = sync.OnceValue(func() map[string]float64 {
	most := map[string]float64{}
	add := func(ps []tasks.Param) {
		for _, p := range ps {
			most[p.Name] = max(most[p.Name], p.MostInLab())
		}
	}
	for t := range tasks.Catalog().All() {
		add(t.Params)
	}
	for c := range zoo.Constructions().All() {
		add(c.Params)
	}
	return most
})

// settings are sizes and choices by name, as --set gives them.
type settings map[string]any

// mostSettings bounds their number.
const mostSettings = 16

func (s settings) models(seed uint64) (models.Settings, error) {
	set := models.Settings{Num: tasks.Params{}, Choice: map[string]string{}, Seed: seed}
	if len(s) > mostSettings {
		return set, bad("", "%d settings; the most is %d", len(s), mostSettings)
	}
	for name, v := range s {
		switch v := v.(type) {
		case float64:
			most, ok := limits()[name]
			if !ok {
				return set, bad("see crosscut show NAME", "there is no size %q in the lab", strict.Clip(name, 30))
			}
			if math.IsNaN(v) || math.Abs(v) > most {
				return set, tooLarge("make it smaller, or use the command line", "%s = %v; the lab goes up to %v", name, v, most)
			}
			set.Num[name] = v
		case string:
			set.Choice[strict.Clip(name, 30)] = strict.Clip(v, 60)
		default:
			return set, bad("write a number or a name", "setting %q is neither", strict.Clip(name, 30))
		}
	}
	return set, nil
}

// flags are settings as a command line has them: " --set a=1,b=2".
func (s settings) flags() string {
	if len(s) == 0 {
		return ""
	}
	var parts []string
	for name, v := range s {
		parts = append(parts, name+"="+report.Value(v))
	}
	slices.Sort(parts)
	return " --set " + strings.Join(parts, ",")
}

// within refuses a length outside 1..most.
func within(name string, v, most int) error {
	if v < 1 {
		return bad("", "%s = %d: want 1..%d", name, v, most)
	}
	if v > most {
		return tooLarge(fmt.Sprintf("choose %s up to %d, or use the command line", name, most), "%s = %d is more than the lab draws", name, v)
	}
	return nil
}
