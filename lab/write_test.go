package lab

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"crosscut/docs/examples"
	"crosscut/reductions/script"
)

// The test binary is its own child process, which runs the reader's Starlark.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "starlark-child" {
		if err := script.ServeChild(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	script.Child = func() (*exec.Cmd, error) { return exec.Command(os.Args[0], "starlark-child"), nil }
	code := m.Run()
	if chrome.stop != nil {
		chrome.stop()
	}
	os.Exit(code)
}

// The exercises of the lesson can be done in the editor: each begins refuted, with its
// counterexample in the strip, and its answer holds.
func TestWrite(t *testing.T) {
	b := browse(t, start(t))
	answer := func(name string) string {
		text, err := examples.Files().ReadFile("lecture/" + name + ".star")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	types := func(source string) {
		evaluate[chromedp.Void](b, `(t => { const e = document.getElementById("source"); e.value = t; e.dispatchEvent(new Event("input")); })(`+quoted(source)+`)`)
		b.click("[data-act=check]")
	}
	b.open("write", "[data-verdict]", "Refuted")
	b.until(".stage", "x = 0001, y = 0001: want true, got false")
	b.accessible("Write")
	types(answer("answer1"))
	b.until("[data-verdict]", "It holds")
	b.until("[data-table=follows]", "attention, one layer")
	for _, name := range []string{"answer2", "answer3"} {
		types(answer(name))
		b.until("[data-verdict]", "It holds")
	}

	b.open("write?file=lecture/exercise4&n=4", "[data-verdict]", "Two inputs, one message")
	b.is("[data-message]", "data-message", 2)
	types(answer("answer4"))
	b.until("[data-verdict]", "Right on all")
	b.is("[data-message]", "data-message", 4)
	b.open("write?file=lecture/exercise5&n=4", "[data-verdict]", "5")
	b.until(".verdict", "12 different rows")

	b.quiet("Write")

	// A mistake is named with its line; a loop without end is ended.
	types("problem = 'disj'\ndef alice(n, x):\n    return nobody\n")
	b.until("[data-fault]", "mine.star:3")
	types("def problem(n, x, y):\n    k = 0\n    for i in range(1000000000):\n        k += 1\n    return True\n")
	b.await(`/took more than|longer than the lab computes/.test(document.querySelector("[data-fault]")?.textContent)`)
}

func quoted(s string) string {
	return "\"" + strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\n", "\\n").Replace(s) + "\""
}
