package falsify

import (
	"encoding/json"

	"crosscut/models/run"
	"crosscut/models/tasks"
)

// MarshalJSON writes the finding as the falsify command prints it: input and twin
// are input files.
func (f *Finding) MarshalJSON() ([]byte, error) {
	out := struct {
		Kind        Kind            `json:"kind"`
		Strategy    string          `json:"strategy"`
		MessageBits int             `json:"message_bits"`
		Needed      *int            `json:"needed"`
		Basis       string          `json:"basis"`
		Setting     string          `json:"setting"`
		Tried       uint64          `json:"tried"`
		Exhaustive  bool            `json:"exhaustive"`
		Input       json.RawMessage `json:"input"`
		Twin        json.RawMessage `json:"twin"`
		Read        []int           `json:"read"`
		Output      []any           `json:"output"`
		Expected    []any           `json:"expected"`
		X           string          `json:"x,omitempty"`
		Y           string          `json:"y,omitempty"`
		TwinX       string          `json:"twin_x,omitempty"`
		InDomain    *bool           `json:"in_domain"` // null: not known
		Outside     []string        `json:"outside_domain,omitempty"`
		Verdict     string          `json:"verdict"`
		Note        string          `json:"note"`
	}{
		Kind: f.Kind, Strategy: f.Strategy, MessageBits: int(f.MessageBits), Setting: f.Setting.String(),
		Tried: f.Tried, Exhaustive: f.Exhaustive, Read: f.Read, Verdict: string(f.Verdict), Note: f.Note,
	}
	if f.Domain {
		in := len(f.Outside) == 0
		out.InDomain, out.Outside = &in, f.Outside
	}
	if f.Needed != nil {
		needed := int(f.Needed.Bits)
		out.Needed, out.Basis = &needed, string(f.Needed.Basis)
	}
	if f.Kind != None {
		out.Input = file(f.Shape, f.Input)
		out.Output, out.Expected = run.Values(f.Shape, f.Output), run.Values(f.Shape, f.Expected)
	}
	if f.At.X.Len() > 0 {
		out.X, out.Y = f.ShowX(f.At.X), f.ShowY(f.At.Y)
	}
	if f.Twin != nil {
		out.Twin = file(f.Shape, f.Twin)
	}
	if f.TwinAt != nil {
		out.TwinX = f.ShowX(f.TwinAt.X)
	}
	return json.Marshal(out)
}

func file(sh tasks.Shape, seq []tasks.Token) json.RawMessage {
	return tasks.WriteInput(&tasks.Input{Shape: sh, Seq: seq})
}
