package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

type spot struct{ X, Y float64 }

// middle brings a node into the window and says where its middle is.
func (b *browser) middle(selector string) spot {
	b.t.Helper()
	return evaluate[spot](b, fmt.Sprintf("(() => { const n = document.querySelector(%q); n.scrollIntoView({ block: 'center', behavior: 'instant' }); const r = n.getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 }; })()", selector))
}

// seen says where the middle of a node is that is in the window, as what stands still while
// the page scrolls.
func (b *browser) seen(selector string) spot {
	b.t.Helper()
	return evaluate[spot](b, fmt.Sprintf("(() => { const r = document.querySelector(%q).getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 }; })()", selector))
}

// finger touches a place, moves by steps and is lifted, or taken away by the browser.
func (b *browser) finger(from spot, cancel bool, moves ...spot) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		touch := func(kind input.DispatchTouchEventType, at ...spot) error {
			p := input.DispatchTouchEventParams{Type: kind, TouchPoints: []*input.TouchPoint{}}
			for _, s := range at {
				p.TouchPoints = append(p.TouchPoints, &input.TouchPoint{X: s.X, Y: s.Y})
			}
			_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, p)
			return err
		}
		if err := touch("touchStart", from); err != nil {
			return err
		}
		for _, m := range moves {
			if err := touch("touchMove", spot{from.X + m.X, from.Y + m.Y}); err != nil {
				return err
			}
		}
		if cancel {
			return touch("touchCancel")
		}
		return touch("touchEnd")
	}))
}

// A finger drags the cut, a number of a sentence and the cursor of a chart, and each ends
// where the finger was; a finger that scrolls gives no token away, one that taps does;
// after a gesture that the browser took away the next one begins anew.
func TestTouch(t *testing.T) {
	b := browse(t, start(t))
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
		return err
	}))
	const cut = `+document.querySelector(".handle").getAttribute("aria-valuenow")`
	along := func(dx float64) (all []spot) {
		for k := 1.0; k <= 8; k++ {
			all = append(all, spot{dx * k / 8, 0})
		}
		return all
	}
	b.open("cut?task=match2&model=attention&n=10&seed=3", ".verdict", "bits")
	size := evaluate[float64](b, `document.querySelector('.token[data-position="2"]').getBoundingClientRect().x - document.querySelector('.token[data-position="1"]').getBoundingClientRect().x`)
	from := evaluate[int](b, cut)
	b.finger(b.middle(".handle circle"), false, along(2*size)...)
	b.await(fmt.Sprintf(cut+` === %d`, from+2))
	b.finger(b.middle(".handle circle"), true, along(-size)...)
	b.await(fmt.Sprintf(cut+` === %d`, from+1))
	b.finger(b.middle(".handle circle"), false, along(-2*size)...)
	b.await(fmt.Sprintf(cut+` === %d && !document.querySelector("[aria-busy]")`, from-1))

	owner := func(k int) string {
		return evaluate[string](b, fmt.Sprintf(`document.querySelector('.stage .token[data-position="%d"]').getAttribute("class").split(" ")[1]`, k))
	}
	was := owner(3)
	b.finger(b.middle(`.stage .token[data-position="3"]`), false, spot{0, -20}, spot{0, -60}, spot{0, -120})
	b.await(`!document.querySelector("[aria-busy]")`)
	if is := owner(3); is != was {
		t.Errorf("a finger that scrolled gave token 3 to %s", is)
	}
	evaluate[bool](b, `(async () => { for (let y = -1, k = 0; k < 12; k++) { if (scrollY !== y) k = 0; y = scrollY; await new Promise(requestAnimationFrame); } return true; })()`, chromedp.EvalAwaitPromise) // it has come to rest
	b.finger(b.middle(`.stage .token[data-position="3"]`), false)
	b.await(fmt.Sprintf(`!document.querySelector('.stage .token[data-position="3"]').classList.contains(%q)`, was))
	b.quiet("touch in Cut")

	b.scene(5)
	heads := b.middle("[data-scrub=H]")
	b.finger(heads, false, along(5*9)...) // nine pixels a step
	b.await(`document.querySelector("[data-scrub=H]").getAttribute("aria-valuenow") === "6"`)
	b.is("[data-story='5'] [data-bits]", "data-bits", at(compute(t, "grow", `{"inequality":"one-layer-match3","n":1096,"sizes":{"H":6,"m":3,"p":8}}`), "at", "bits"))
	b.finger(b.middle("[data-scrub=H]"), true, along(-18)...)
	b.await(`document.querySelector("[data-scrub=H]").getAttribute("aria-valuenow") === "4"`)
	cross := b.seen(".crossing circle")
	b.finger(cross, false, along(30)...)
	b.crosses(4, b.crossed(cross.X+30))
	b.quiet("touch in the story")

	b.open("grow?inequality=one-layer-match3&n=1096", ".verdict", "needed")
	want := b.middle(".cursor").X - 60
	b.finger(b.middle(".cursor"), false, along(-60)...)
	b.await(fmt.Sprintf(`(() => { const r = document.querySelector(".cursor").getBoundingClientRect(); return Math.abs(r.x + r.width / 2 - %v) < 14; })()`, want))
	b.quiet("touch in Grow")
}

// mouse does one thing with the left button of the mouse.
func mouse(ctx context.Context, t *chromedp.Target, kind input.DispatchMouseEventType, at spot) error {
	held := int64(1)
	if kind == "mouseReleased" {
		held = 0
	}
	_, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: "left", Buttons: held, ClickCount: 1})
	return err
}

// frame is what one drawn frame cost the page's main thread, in milliseconds of processor
// time: all its tasks, and of these the scripts of events and timers, style with layout,
// and paint. What an answer's promise runs is in the tasks only.
type frame struct{ busy, script, layout, paint float64 }

// parts are the trace's events that are counted, as what. An event inside another of the
// same part is not counted again.
var parts = map[string]func(*frame) *float64{
	"RunTask":      func(f *frame) *float64 { return &f.busy },
	"FunctionCall": func(f *frame) *float64 { return &f.script }, "EventDispatch": func(f *frame) *float64 { return &f.script }, "FireAnimationFrame": func(f *frame) *float64 { return &f.script },
	"UpdateLayoutTree": func(f *frame) *float64 { return &f.layout }, "Layout": func(f *frame) *float64 { return &f.layout },
	"PrePaint": func(f *frame) *float64 { return &f.paint }, "Paint": func(f *frame) *float64 { return &f.paint }, "Layerize": func(f *frame) *float64 { return &f.paint }, "Commit": func(f *frame) *float64 { return &f.paint },
}

// frames drags a node to and fro, steps times dx pixels each way, while the browser
// traces its frames, and gives what each cost. No frame is drawn where nothing changes:
// each dx must be a step of the node. Time between frames would tell how busy the machine
// is; processor time tells of the page.
func (b *browser) frames(selector string, dx float64, steps int) []frame {
	b.t.Helper()
	p := b.middle(selector)
	type event struct {
		Name      string
		Ph        string
		Pid, Tid  int
		Ts        float64 // microseconds, as all that follow
		Dur, Tdur float64
		Args      struct{ Name string }
	}
	var all []event
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		data, stop := t.Subscribe("Tracing.dataCollected")
		defer stop()
		done, stop := t.Subscribe("Tracing.tracingComplete")
		defer stop()
		if _, err := cdp.Call(ctx, t, tracing.Start, tracing.StartParams{TransferMode: "ReportEvents", TraceConfig: &tracing.TraceConfig{IncludedCategories: []string{"disabled-by-default-devtools.timeline", "devtools.timeline"}}}); err != nil {
			return err
		}
		if err := mouse(ctx, t, "mousePressed", p); err != nil {
			return err
		}
		for k := range 160 {
			turn := min(k%(2*steps), 2*steps-k%(2*steps))
			if err := mouse(ctx, t, "mouseMoved", spot{p.X + dx*float64(turn), p.Y}); err != nil {
				return err
			}
			time.Sleep(16 * time.Millisecond) // as a mouse does
		}
		if err := mouse(ctx, t, "mouseReleased", p); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, t, tracing.End, cdp.Empty{}); err != nil {
			return err
		}
		for over := false; !over; {
			select {
			case raw := <-data:
				var got struct{ Value []event }
				if err := json.Unmarshal(raw, &got); err != nil {
					return err
				}
				all = append(all, got.Value...)
			case <-done:
				over = true
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}))
	slices.SortFunc(all, func(a, b event) int { return cmp.Or(cmp.Compare(a.Ts, b.Ts), cmp.Compare(b.Dur, a.Dur)) })
	main := map[[2]int]bool{}
	for _, e := range all {
		if e.Name == "thread_name" && e.Args.Name == "CrRendererMain" {
			main[[2]int{e.Pid, e.Tid}] = true
		}
	}
	var out []frame
	now, painted := frame{}, false
	end := map[*float64]float64{} // of the part's event that runs
	for _, e := range all {
		of := parts[e.Name]
		if e.Ph != "X" || of == nil || !main[[2]int{e.Pid, e.Tid}] {
			continue
		}
		if sum := of(&now); e.Ts >= end[sum] {
			*sum += e.Tdur / 1000
			end[sum] = e.Ts + e.Dur
		}
		painted = painted || e.Name == "Paint"
		if e.Name == "Commit" && painted { // what comes before a frame that changes nothing belongs to the next
			out, now, painted = append(out, now), frame{}, false
		}
	}
	return out
}

// Frames while dragging, from the browser's own trace: recorded, not judged, since they
// tell of the machine as well.
func TestFrames(t *testing.T) {
	if !full() {
		t.Skip("make browser measures frames")
	}
	b := browse(t, start(t))
	for _, m := range []struct {
		hash, ready, want, node string
		dx                      float64
		steps                   int
	}{
		{"cut?task=match2&model=attention&n=16&seed=3", ".verdict", "bits", ".handle circle", 56, 6},
		{"grow?inequality=one-layer-match3&n=1096", ".verdict", "needed", ".cursor", 12, 10},
		{"story?scene=5", "[data-story='5'] .says", "needed", "[data-scrub=H]", 9, 15},
	} {
		b.open(m.hash, m.ready, m.want)
		paint := evaluate[float64](b, `performance.getEntriesByType("paint").find(e => e.name === "first-contentful-paint").startTime`)
		b.await(`!document.querySelector("[aria-busy]") && document.querySelector("[data-story='6'] .says")?.textContent !== ""`) // a story whose scenes fill moves what is pressed
		drawn := b.frames(m.node, m.dx, m.steps)
		if len(drawn) == 0 {
			t.Errorf("%s: no frame was drawn while dragging", m.hash)
			continue
		}
		of := func(part func(frame) float64) string {
			var all []float64
			for _, f := range drawn {
				all = append(all, part(f))
			}
			slices.Sort(all)
			return fmt.Sprintf("%.1f, p95 %.1f", all[len(all)/2], all[len(all)*95/100])
		}
		t.Logf("%s: first paint %.0f ms; %d frames; processor time of one in ms: median %s; script %s; layout %s; paint %s", m.hash, paint, len(drawn),
			of(func(f frame) float64 { return f.busy }), of(func(f frame) float64 { return f.script }), of(func(f frame) float64 { return f.layout }), of(func(f frame) float64 { return f.paint }))
	}
}
