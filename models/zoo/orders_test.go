package zoo

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// The orders that a machine declares, against its formulas: size and bits over their order do
// not grow with N, and the message at the split that bounds the size is at most the multiple of it
// that is declared. All constructions, all their tasks, two splits.
func TestOrders(t *testing.T) {
	declared := map[string]bool{}
	for c := range constructions.All() {
		for task := range tasks.Catalog().All() {
			if !slices.Contains(c.Tasks, task.Name) && !slices.Contains(c.Tasks, "*") {
				continue
			}
			for _, hers := range []int{1, 0} { // one token, or half
				var points []ordered
				for n := 16; n <= 1<<10; n *= 4 {
					sh, err := task.Shape(n, nil)
					if err != nil {
						continue
					}
					m, err := Build(c.Model, sh, models.Settings{Choice: map[string]string{"construction": c.Name}, Seed: 1})
					if errors.Is(err, errors.ErrUnsupported) {
						continue
					}
					if err != nil {
						t.Fatalf("%s of %s: %v", c.Name, task.Name, err)
					}
					g, ok := m.(models.Grower)
					if !ok {
						break
					}
					job := models.Job{Split: sh.Half(), Read: []int{sh.DefaultRead()}, Answer: models.ByBob}
					if hers == 1 {
						job.Split = tasks.Split{Owner: slices.Repeat([]protocol.Player{protocol.Bob}, n)}
						job.Split.Owner[0], job.Read = protocol.Alice, []int{1}
					}
					o := g.Orders(job)
					if o.Size == (protocol.Growth{}) {
						continue
					}
					declared[c.Name] = true
					p := ordered{n: n, orders: o}
					p.size, _ = m.Size()
					if p.bits, err = total(m, job); err == nil {
						job.Split = o.At
						p.at, err = total(m, job)
					}
					if err != nil {
						t.Fatalf("%s of %s: %v", c.Name, task.Name, err)
					}
					points = append(points, p)
				}
				if why := outgrown(points); why != "" {
					t.Errorf("%s of %s: %s", c.Name, task.Name, why)
				}
				for k := range points { // a lower order is refused
					points[k].orders.Size.Logs--
				}
				if len(points) > 2 && outgrown(points) == "" && points[0].orders.Size.Power == 0 {
					t.Errorf("%s of %s: a lower order passes", c.Name, task.Name)
				}
			}
		}
	}
	for _, name := range []string{"copy", "mlp-tokens", "mlp-qsa", "rnn-qsa", "qsa-code", "qsa-moment", "match3-integer", "match-trigonometric"} {
		if !declared[name] {
			t.Errorf("%s declares no order", name)
		}
	}
}

// ordered is a machine at one N: what it declares and what its formulas say.
type ordered struct {
	n              int
	orders         models.Orders
	size, bits, at protocol.Bits
}

func total(m models.Machine, job models.Job) (protocol.Bits, error) {
	prog, err := m.Compile(job)
	if err != nil {
		return 0, err
	}
	return prog.Total(), nil
}

// outgrown says where formulas leave their orders. Additive constants count most at the
// smallest N, so over the order a formula falls, up to roundings.
func outgrown(points []ordered) string {
	over := func(b protocol.Bits, g protocol.Growth, n int) float64 {
		return float64(b) / math.Pow(float64(n), float64(g.Power)) / math.Pow(math.Log2(float64(n)), float64(g.Logs))
	}
	for k, p := range points {
		if p.at > protocol.Bits(p.orders.Times)*p.size {
			return fmt.Sprintf("N = %d: %d bits of a size of %d", p.n, p.at, p.size)
		}
		if q := points[0]; k > 0 && (over(p.size, p.orders.Size, p.n) > 1.25*over(q.size, q.orders.Size, q.n) || over(p.bits, p.orders.Bits, p.n) > 1.25*over(q.bits, q.orders.Bits, q.n)) {
			return fmt.Sprintf("size %d and bits %d at N = %d, %d and %d at N = %d, are not of order %v and %v", q.size, q.bits, q.n, p.size, p.bits, p.n, p.orders.Size, p.orders.Bits)
		}
	}
	return ""
}
