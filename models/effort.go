package models

import "crosscut/models/tasks"

// Effort estimates what a run takes, so that a request can be refused before the
// work starts. It is right within a small factor.
type Effort struct {
	Steps float64 // multiplications, or visits of a token
	Bytes float64 // of memory at once
}

// Worker is implemented by machines whose effort is not N steps for each read
// position.
type Worker interface {
	Effort(job Job) Effort
}

// TokenBytes is about the memory of N tokens: the sequence, and a copy in halves.
func TokenBytes(sh tasks.Shape) float64 {
	const token, header, number = 80, 24, 8
	each := float64(token)
	if sh.Task.Vector {
		each += number * (sh.Params["d"] + sh.Params["q"]) / 2 // vectors are shared by the copy
	}
	return 2*each*float64(sh.N) + header
}

// EffortOf estimates a run of m, the task's definition and the tokens included.
func EffortOf(m Machine, job Job) Effort {
	sh := m.Shape()
	e := Effort{Steps: float64(sh.N) * float64(len(job.Read)), Bytes: TokenBytes(sh)}
	if w, ok := m.(Worker); ok {
		more := w.Effort(job)
		return Effort{max(e.Steps, more.Steps), e.Bytes + more.Bytes}
	}
	return e
}
