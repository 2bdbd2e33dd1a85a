package run

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/protocol/wire"
)

// meet runs both parties over loopback TCP.
func meet(t *testing.T, alice, bob *Party) (ra, rb *PartyResult, ea, eb error) {
	t.Helper()
	ln, err := wire.Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		rb, eb = bob.Dial(context.Background(), ln.Addr().String())
	}()
	ra, ea = alice.Accept(context.Background(), ln)
	ln.Close() // a party that fails before it listens leaves it open
	<-done
	return ra, rb, ea, eb
}

// Two parties write the same words and output the same values as one process, for
// every construction and whoever answers.
func TestPartiesEqualOneProcess(t *testing.T) {
	for c := range zoo.Constructions().All() {
		for task := range tasks.Catalog().All() {
			if !servesTask(c, task.Name) {
				continue
			}
			req := Request{Task: task, Model: c.Model, Build: zoo.Builder(c.Model), N: 5, Set: models.Settings{Seed: 3, Choice: map[string]string{"construction": c.Name}}}
			for _, answer := range []string{"alice", "bob", "owner"} {
				req.Answer = answer
				p, err := req.Prepare()
				if err != nil {
					continue // not every construction serves every size
				}
				if _, err := p.Machine.Compile(p.Job); err != nil {
					continue
				}
				want, err := p.Run(t.Context())
				if err != nil {
					continue // inputs that the output rule does not reach
				}
				halves := p.Job.Split.Deal(p.Machine.Shape(), p.Tokens)
				party := func(h tasks.Half) *Party {
					return &Party{Model: c.Model, Machine: p.Machine, Job: p.Job, Half: h, Set: models.Settings{Seed: 3}, Timeout: 10 * time.Second}
				}
				a, b := party(halves[protocol.Alice]), party(halves[protocol.Bob])
				ra, rb, ea, eb := meet(t, a, b)
				if ea != nil || eb != nil {
					t.Fatalf("%s on %s: %v, %v", c.Name, task.Name, ea, eb)
				}
				if !reflect.DeepEqual(ra.Transcript, want.Transcript) || !reflect.DeepEqual(rb.Transcript, want.Transcript) {
					t.Errorf("%s on %s: the transcripts differ", c.Name, task.Name)
				}
				out, err := Collect(p.Job, []map[int]tasks.Value{ra.Output, rb.Output})
				if err != nil || !reflect.DeepEqual(out, want.Output) {
					t.Errorf("%s on %s: outputs %v, want %v (%v)", c.Name, task.Name, out, want.Output, err)
				}
				if ra.Stats.PayloadBits != want.Transcript.Cost() {
					t.Errorf("%s on %s: %d payload bits, %d metered", c.Name, task.Name, ra.Stats.PayloadBits, want.Transcript.Cost())
				}
				if rec := a.Record(ra); rec.Expected != nil || rec.Wire.PayloadBits != rec.Bits.Total || rec.Bits.Total != rec.Bits.Formula {
					t.Errorf("%s on %s: record %+v", c.Name, task.Name, rec)
				}
			}
		}
	}
}

func servesTask(c *models.Construction, task string) bool {
	for _, other := range zoo.For(c.Model, task) {
		if other == c {
			return true
		}
	}
	return false
}

// Parties that do not run the same thing find out before the first bit.
func TestPartiesMustAgree(t *testing.T) {
	build := func(seed uint64, change func(*Request)) *Prepared {
		req := Request{Task: tasks.Match2, Model: "trivial", Build: zoo.Builder("trivial"), N: 6, Set: models.Settings{Seed: seed}}
		change(&req)
		p, err := req.Prepare()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	same := func(*Request) {}
	for name, change := range map[string]func(*Request){
		"same":   same,
		"M":      func(r *Request) { r.Set.Num = tasks.Params{"M": 13} },
		"model":  func(r *Request) { r.Build = zoo.Builder("rnn") },
		"split":  func(r *Request) { r.Split = "alice:2,bob:3-6,public:1" },
		"read":   func(r *Request) { r.Read = "2" },
		"answer": func(r *Request) { r.Answer = "alice" },
		"public": func(r *Request) { r.Set.Seed = 2 },
	} {
		pa, pb := build(1, same), build(1, change)
		party := func(p *Prepared, who protocol.Player) *Party {
			return &Party{Model: "m", Machine: p.Machine, Job: p.Job, Half: p.Job.Split.Deal(p.Machine.Shape(), p.Tokens)[who], Timeout: 10 * time.Second}
		}
		_, _, ea, eb := meet(t, party(pa, protocol.Alice), party(pb, protocol.Bob))
		if name == "same" {
			if ea != nil || eb != nil {
				t.Errorf("equal parties: %v, %v", ea, eb)
			}
			continue
		}
		if ea == nil || eb == nil || !strings.Contains(ea.Error(), "another model") {
			t.Errorf("%s differs: %v, %v", name, ea, eb)
		}
	}
}
