package falsify

import (
	"encoding/json"
	"fmt"
	"strconv"

	"crosscut/models/tasks"
	"crosscut/report"
)

// Sheet lays the finding out for all formats.
func (f *Finding) Sheet(model, reduction string) *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s against %s", model, reduction), Value: f}
	add := func(name, value string) { s.Fields = append(s.Fields, report.Field{Name: name, Value: value}) }
	add("kind", string(f.Kind)+": "+meaning(f))
	add("strategy", f.Strategy)
	add("message", fmt.Sprintf("%d bits", f.MessageBits))
	needed := "nothing is known in this setting"
	if f.Needed != nil {
		needed = fmt.Sprintf("%d bits = %s (%s: %s)", f.Needed.Bits, f.Needed.Formula, f.Needed.Basis, f.Needed.Why)
	}
	add("needed", needed)
	add("setting", f.Setting.String())
	add("tried", strconv.FormatUint(f.Tried, 10))
	if f.Kind != None {
		if f.At.X.Len() > 0 {
			add("x", f.ShowX(f.At.X))
			add("y", f.ShowY(f.At.Y))
		}
		if f.TwinAt != nil {
			add("twin's x", f.ShowX(f.TwinAt.X))
		}
		add("read", tasks.Ranges(f.Read))
		if f.Output != nil {
			add("output", fmt.Sprint(f.Output))
		}
		add("definition", fmt.Sprint(f.Expected))
		if f.Domain && len(f.Outside) == 0 {
			add("domain", "the input is one of those that the model was trained on")
		} else if f.Domain {
			add("domain", fmt.Sprintf("outside what the model was trained on: %s (%d such tokens)", f.Outside[0], len(f.Outside)))
		}
		add("input", string(file(f.Shape, f.Input)))
		if f.Twin != nil {
			add("twin", string(file(f.Shape, f.Twin)))
		}
	}
	add("verdict", string(f.Verdict))
	add("note", f.Note)
	return s
}

// meaning says what a kind does and does not say.
func meaning(f *Finding) string {
	switch {
	case f.Kind == Forced:
		return "Bob cannot tell input and twin apart, and their right answers differ: one of the two is wrong whatever the rest of the model computes"
	case f.Kind == Found && f.assumes:
		return "not right in the sense of the note; as it is the model may be right here"
	case f.Kind == Found:
		return "a plain error of this model; another model of the same size might not make it"
	case f.Exhaustive:
		return "every input pair of the reduction was tried and is right; this says nothing about other inputs of the task"
	}
	return "no failing input was found; this proves nothing about the inputs that were not tried"
}

// InputFile is the failing input as a file for run, or nil.
func (f *Finding) InputFile() json.RawMessage {
	if f.Kind == None {
		return nil
	}
	return file(f.Shape, f.Input)
}

// TwinFile is the twin of a forced failure as a file for run, or nil.
func (f *Finding) TwinFile() json.RawMessage {
	if f.Twin == nil {
		return nil
	}
	return file(f.Shape, f.Twin)
}
