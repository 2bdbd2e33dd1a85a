package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// audited runs a two-party protocol for every pair of n-bit inputs under fixed
// coins and returns the audit's first complaint, and the largest cost.
func audited(t *testing.T, n int, coins Coins, alice func(x Word) func(*Port) bool, bob func(y Word) func(*Port) bool) (error, Bits) {
	t.Helper()
	var audit Audit
	var cost Bits
	for i := range uint64(1) << n {
		for j := range uint64(1) << n {
			x, y := UintWord(i, n), UintWord(j, n)
			outs, tr, err := Run(t.Context(), coins, alice(x), bob(y))
			if err != nil {
				t.Fatal(err)
			}
			cost = max(cost, tr.Cost())
			if err := audit.Add([]string{x.String(), y.String()}, tr, []string{fmt.Sprint(outs[0]), fmt.Sprint(outs[1])}); err != nil {
				return err, cost
			}
		}
	}
	return nil, cost
}

func sayNothing(Word) func(*Port) bool { return func(*Port) bool { return false } }

// sendWhole is honest: Alice sends x, Bob decides.
func sendWhole(x Word) func(*Port) bool {
	return func(p *Port) bool { p.Send("x", x); return false }
}

func decideEqual(y Word) func(*Port) bool {
	return func(p *Port) bool { return p.Recv(Alice, y.Len()) == y }
}

// hashEqual is public-coin equality: k inner products with public random vectors.
func hashAlice(k int) func(Word) func(*Port) bool {
	return func(x Word) func(*Port) bool {
		return func(p *Port) bool { p.Send("hash", hash(p, x, k)); return false }
	}
}

func hashBob(k int) func(Word) func(*Port) bool {
	return func(y Word) func(*Port) bool {
		return func(p *Port) bool { return p.Recv(Alice, Bits(k)) == hash(p, y, k) }
	}
}

func hash(p *Port, w Word, k int) Word {
	var h Packer
	for r := range k {
		odd := uint64(0)
		for i := range int(w.Len()) {
			if w.Bit(i) && p.Coin(r*int(w.Len())+i) {
				odd ^= 1
			}
		}
		h.Uint(odd, 1)
	}
	return h.Word()
}

func TestAuditIsSilentOnHonestProtocols(t *testing.T) {
	if err, cost := audited(t, 3, nil, sendWhole, decideEqual); err != nil || cost != 3 {
		t.Errorf("sending all: %v, %d bits", err, cost)
	}
	for seed := range uint64(20) {
		if err, cost := audited(t, 3, Seeded(seed), hashAlice(2), hashBob(2)); err != nil || cost != 2 {
			t.Errorf("public-coin equality: %v, %d bits", err, cost)
		}
	}
	if err, _ := audited(t, 3, nil, sayNothing, sayNothing); err != nil {
		t.Errorf("silence: %v", err)
	}
	// Honest lengths and turns may depend on what was written: the first bit says how
	// many follow, and who writes them.
	alice := func(x Word) func(*Port) bool {
		return func(p *Port) bool {
			p.Send("who", UintWord(x.Unpack().Uint(1), 1))
			if x.Bit(0) {
				p.Send("rest", UintWord(x.Unpack().Uint(3)&3, 2))
				return false
			}
			return p.Recv(Bob, 3).Bit(0)
		}
	}
	bob := func(y Word) func(*Port) bool {
		return func(p *Port) bool {
			if p.Recv(Alice, 1).Bit(0) {
				return p.Recv(Alice, 2).Bit(0)
			}
			p.Send("y", y)
			return false
		}
	}
	if err, cost := audited(t, 3, nil, alice, bob); err != nil || cost != 4 {
		t.Errorf("turns by what was written: %v, %d bits", err, cost)
	}
}

// TestAuditCatchesCheats: each cheat decides equality of 3-bit inputs with fewer
// bits than 3 on the meter.
func TestAuditCatchesCheats(t *testing.T) {
	var pocket Word // state that both players can reach
	for name, c := range map[string]struct {
		alice, bob func(Word) func(*Port) bool
		what       string
	}{
		"Bob answers what nobody told him": {
			func(x Word) func(*Port) bool { return func(*Port) bool { pocket = x; return false } },
			func(y Word) func(*Port) bool { return func(*Port) bool { return pocket == y } },
			"an output",
		},
		"Alice peeks through shared state": {
			func(x Word) func(*Port) bool {
				return func(p *Port) bool { // Bob has left y there and waits
					p.Recv(Bob, 0)
					answer := uint64(0)
					if pocket == x {
						answer = 1
					}
					p.Send("are we equal?", UintWord(answer, 1))
					return false
				}
			},
			func(y Word) func(*Port) bool {
				return func(p *Port) bool { pocket = y; p.Send("ready", Word{}); return p.Recv(Alice, 1).Bit(0) }
			},
			"a bit",
		},
		"information in a word's length": {
			func(x Word) func(*Port) bool {
				return func(p *Port) bool {
					pocket = x
					p.Send("so many zeros", UintWord(0, int(x.Unpack().Uint(3))))
					return false
				}
			},
			func(y Word) func(*Port) bool {
				return func(p *Port) bool { // the reader must know the length, so that too must be smuggled
					return p.Recv(Alice, Bits(pocket.Unpack().Uint(3))).Len() == Bits(y.Unpack().Uint(3))
				}
			},
			"who writes next",
		},
		"information in who speaks": {
			func(x Word) func(*Port) bool {
				return func(p *Port) bool {
					pocket = x
					if x.Bit(0) {
						p.Send("me", UintWord(0, 1))
					} else {
						p.Recv(Bob, 1)
					}
					return false
				}
			},
			func(y Word) func(*Port) bool {
				return func(p *Port) bool {
					if pocket.Bit(0) {
						p.Recv(Alice, 1)
						return y.Bit(0)
					}
					p.Send("you", UintWord(0, 1))
					return !y.Bit(0)
				}
			},
			"who writes next",
		},
		"information in whether one stops": {
			func(x Word) func(*Port) bool {
				return func(p *Port) bool {
					pocket = x
					for range x.Unpack().Uint(3) {
						p.Send("tick", UintWord(0, 1))
					}
					return false
				}
			},
			func(y Word) func(*Port) bool {
				return func(p *Port) bool {
					n := pocket.Unpack().Uint(3)
					for range n {
						p.Recv(Alice, 1)
					}
					return n == y.Unpack().Uint(3)
				}
			},
			"who writes next",
		},
	} {
		err, _ := audited(t, 3, nil, c.alice, c.bob)
		var cheat *AuditError
		if !errors.As(err, &cheat) || cheat.What != c.what {
			t.Errorf("%s: %v, want a complaint about %q", name, err, c.what)
		} else if strings.Contains(err.Error(), "\n") || cheat.Was == cheat.Is {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAuditSeesOnlyWhatItIsFed: one run alone cannot convict.
func TestAuditSeesOnlyWhatItIsFed(t *testing.T) {
	var a Audit
	tr := Transcript{Players: 2}
	if err := a.Add([]string{"0", "0"}, tr, []string{"", "equal"}); err != nil {
		t.Error(err)
	}
	if err := a.Add([]string{"1", "0"}, tr, []string{"", "different"}); err == nil {
		t.Error("Bob answers two ways from one view")
	}
}
