package lab

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// All rooms speak about one object: what is chosen above one of them arrives in the
// others and stands in their addresses.
func TestObject(t *testing.T) {
	b := browse(t, start(t))
	choose := func(what, value string) {
		evaluate[chromedp.Void](b, fmt.Sprintf(`(() => { const s = [...document.querySelectorAll("#object select")].find(s => s.labels[0].textContent === %q); s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); })()`, what, value))
	}
	stands := func(room, task string) {
		t.Helper()
		b.await(fmt.Sprintf(`location.hash.startsWith("#%s") && location.hash.includes("task=%s") && document.querySelector("#object select").value === "%s" && document.querySelector(".definition").textContent.startsWith("%s")`, room, task, task, task))
	}
	b.open("cut", ".verdict", "bits")
	stands("cut", "qsa")
	choose("Task", "match3")
	stands("cut", "match3")
	b.key("2")
	stands("grow", "match3")
	b.key("3")
	stands("matrix", "match3")
	choose("Task", "cycle3")
	stands("matrix", "cycle3")
	b.key("4")
	b.await(`location.hash.includes("task=cycle3") && location.hash.includes("reduction=disj-cycle3")`)
	b.key("1")
	stands("cut", "cycle3")
	// Nothing is known about match2: the rooms say so instead of showing another task.
	choose("Task", "match2")
	stands("cut", "match2")
	b.key("2")
	stands("grow", "match2")
	b.until(".under", "No inequality")
	b.key("4")
	b.until(".stage", "No hard problem is known inside match2")
	b.quiet("the object")
}

// A run whose cost is vacuous leads to the length at which models of its sizes fail.
func TestVacuous(t *testing.T) {
	b := browse(t, start(t))
	const body = `{"task":"induction-heads","model":"attention","n":15,"answer":"alice","seed":2}`
	run := compute(t, "cut", body)
	bits := at(run, "record", "bits").(map[string]any)
	if bits["total"].(float64) <= bits["trivial"].(float64) {
		t.Fatalf("the run is not vacuous: %v", bits)
	}
	b.open("cut?task=induction-heads&model=attention&n=15&answer=alice&seed=2", ".verdict", "Too small to be interesting")
	b.is(".verdict [data-total]", "data-total", bits["total"])
	b.is(".verdict [data-raw]", "data-raw", bits["trivial"])
	b.click("[data-act=bite]")
	b.until(".verdict", "errs on some input")
	b.until(".chip.need", "by index-induction")
	params := at(run, "record", "params")
	grow := compute(t, "grow", fmt.Sprintf(`{"inequality":"one-layer-induction","n":8,"sizes":{"H":1,"m":%v,"p":%v,"f":1}}`, at(params, "d_v"), at(params, "p")))
	b.is(".verdict [data-bites]", "data-bites", at(grow, "bites_n"))
	b.quiet("from a vacuous run")
}

// The machine is drawn from the engine's weights: an arc to each token that has an
// owner, dark where the weight is; a recurrent state stands at the cut.
func TestMachine(t *testing.T) {
	b := browse(t, start(t))
	weights := at(compute(t, "cut", `{"task":"match2","model":"attention","n":16,"set":{"M":32},"seed":20}`), "weighed", "weights").([]any)
	dark := 0
	for _, w := range weights {
		if w.(float64) > 0 {
			dark++
		}
	}
	if dark == 0 {
		t.Error("nothing matches: the example shows no arc")
	}
	b.open("cut?task=match2&model=attention&n=16&set=M%3D32&seed=20", ".verdict", "bits")
	b.await(fmt.Sprintf(`document.querySelectorAll(".arc.weight").length === 15 && [...document.querySelectorAll(".arc.weight")].filter(a => +a.getAttribute("stroke-opacity") > .5).length === %d`, dark))
	b.open("cut", ".verdict", "bits") // both players fill the jars of the first scene
	b.await(`["alice", "bob"].every(who => +document.querySelector(".stage .fill." + who)?.getAttribute("height") > 0)`)
	b.open("cut?task=qsa&model=rnn&n=17&seed=14&set=q%3D1%2Ceps%3D0.25&split=alice%3A1-9%2Cbob%3A10-17", ".verdict", "needed")
	b.until(".stage", "the state after token 9")
	recurrent := compute(t, "cut", `{"task":"qsa","model":"rnn","n":17,"seed":14,"set":{"q":1,"eps":0.25},"split":"alice:1-9,bob:10-17"}`)
	if asked := at(at(recurrent, "tokens").([]any)[16], "y").([]any)[0].(float64); asked > 9 {
		t.Errorf("the token that is read asks for position %v, which is Bob's: nothing has to cross for it", asked)
	}
	b.press(kb.ArrowRight, ".handle")
	b.until(".stage", "the state after token 10")

	// Cut names the largest bound, and says what the hands of the reduction need.
	const hands = `{"task":"match3","model":"attention","n":15,"seed":2,"set":{"M":16},"split":"alice:2-7,bob:8-13,public:1,14-15"}`
	need := at(compute(t, "cut", hands), "needed")
	if at(need, "by") == at(need, "reduction") || at(need, "written").(float64) >= at(need, "bits").(float64) {
		t.Errorf("the example's largest bound is that of its reduction: %v", need)
	}
	b.open("cut?task=match3&model=attention&n=15&set=M%3D16&seed=2&split=alice%3A2-7%2Cbob%3A8-13%2Cpublic%3A1%2C14-15", ".chip.need", number(at(need, "bits"))+"\u00a0bits by "+at(need, "by").(string))
	b.until(".verdict", fmt.Sprintf("The hands that %s writes, of which Story, Grow and Break speak, need %s here.", at(need, "reduction"), number(at(need, "written"))))

	// What is open stands between the need and the cheaper of model and raw tokens.
	rows := at(compute(t, "table", `{"task":"qsa","model":"rnn","ns":[8,16,32,64,128,256,512,1024],"seed":1}`), "table", "rows").([]any)
	last := rows[len(rows)-1]
	b.open("grow?task=qsa&model=rnn&inequality=memory-qsa&show=right", ".verdict", "nothing is known here")
	b.is(".verdict [data-needed]", "data-needed", at(last, "needed"))
	b.is(".verdict [data-bits]", "data-bits", at(last, "bits"))
	b.await(`!!document.querySelector(".stage .between")`)
	whose, _, _ := strings.Cut(at(last, "needed_by").(string), ": n")
	b.until(".sheet", fmt.Sprintf("Needed at N = 1024: %s bits = n, of %s", number(at(last, "needed")), whose))
	b.quiet("the machine")
}
