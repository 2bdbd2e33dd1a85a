package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
)

// recorded runs the trivial protocol of a task and writes its transcript.
func recorded(t testing.TB, task string, n int, read string) *TranscriptFile {
	t.Helper()
	tk, err := tasks.Catalog().Get(task)
	if err != nil {
		t.Fatal(err)
	}
	req := &Request{Task: tk, Model: "trivial", Build: zoo.Builder("trivial"), N: n, Set: models.Settings{Seed: 5}, Read: read}
	p, err := req.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.Transcript(req, r)
}

func reread(t testing.TB, f *TranscriptFile) *TranscriptFile {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	g, err := ParseTranscript(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTranscriptsVerify(t *testing.T) {
	for task := range tasks.Catalog().All() {
		for _, read := range []string{"", "all"} {
			f := reread(t, recorded(t, task.Name, 9, read))
			done, err := f.Verify(t.Context(), zoo.Build)
			if err != nil {
				t.Errorf("%s: %v", task.Name, err)
			} else if len(done.Halves) != 2 || done.Outputs != len(f.Read) {
				t.Errorf("%s: only %+v was verified", task.Name, done)
			}
		}
	}
}

func TestOneHalfVerifiesAlone(t *testing.T) {
	f := recorded(t, "match2", 9, "")
	delete(f.Halves, "alice")
	f.Digests["alice"] = ""
	if done, err := reread(t, f).Verify(t.Context(), zoo.Build); err != nil || len(done.Halves) != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

// Every forgery must be found.
func TestForgeriesAreFound(t *testing.T) {
	forgeries := map[string]func(f *TranscriptFile){
		"a bit flipped": func(f *TranscriptFile) {
			w := []byte(f.Messages[0].Word)
			w[len(w)-1] ^= 1
			f.Messages[0].Word = string(w)
		},
		"another output": func(f *TranscriptFile) { f.Output[0] = tasks.Value{1 - f.Output[0][0]} },
		"another sender": func(f *TranscriptFile) { f.Messages[0].From = "bob" },
		"a word more": func(f *TranscriptFile) {
			f.Messages = append(f.Messages, TranscriptWord{1, "bob", 0, "", ""})
		},
		"a word less": func(f *TranscriptFile) { f.Messages = nil },
		"another half": func(f *TranscriptFile) {
			g := recorded(t, "match2", 9, "")
			f.Halves["alice"] = []byte(strings.Replace(string(g.Halves["alice"]), `"tokens":[`, `"tokens":[1,`, 1))
			f.Halves["alice"] = []byte(strings.Replace(string(f.Halves["alice"]), `"positions":[2,3,4,5]`, `"positions":[2,3,4,5,6]`, 1))
		},
		"another digest": func(f *TranscriptFile) { f.Digests["bob"] = strings.Repeat("0", 64) },
		"another split":  func(f *TranscriptFile) { f.Split = "alice:2-4,6,bob:5,7-9,public:1" },
	}
	for name, forge := range forgeries {
		f := recorded(t, "match2", 9, "")
		forge(f)
		if _, err := reread(t, f).Verify(t.Context(), zoo.Build); !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A peer may send words that no honest player would; the half that reads them
// must not bring the program down.
func TestForgedWordsToOneHalf(t *testing.T) {
	for task := range tasks.Catalog().All() {
		honest := recorded(t, task.Name, 9, "")
		delete(honest.Halves, "alice")
		for k := range honest.Messages[0].Word {
			f := reread(t, honest)
			w := []byte(f.Messages[0].Word)
			if w[0] == 'x' {
				w = []byte("x" + strings.Repeat("f", len(w)-1))
			} else {
				w[k] ^= 1
			}
			f.Messages[0].Word = string(w)
			f.Verify(t.Context(), zoo.Build) // may pass, where the output is the same
		}
	}
}

func TestWordTexts(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 200, 1001} {
		var p protocol.Packer
		for i := range n {
			p.Uint(uint64(i*i>>1&1), 1)
		}
		w := p.Word()
		if got, err := parseWordText(wordText(w), n); err != nil || got != w {
			t.Errorf("%d bits: %v", n, err)
		}
		if _, err := parseWordText(wordText(w), n+8); err == nil {
			t.Errorf("%d bits pass for %d", n, n+8)
		}
	}
}

func FuzzTranscript(f *testing.F) {
	for _, task := range []string{"match2", "qsa", "cycle3"} {
		var b bytes.Buffer
		if err := recorded(f, task, 5, "all").Write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"format":"crosscut-transcript-1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ParseTranscript(data)
		if err != nil {
			return
		}
		if file.N <= 64 {
			file.Verify(t.Context(), zoo.Build) // may refuse, must not panic
		}
		var b bytes.Buffer
		if err := file.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := ParseTranscript(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		x, _ := json.Marshal(file)
		y, _ := json.Marshal(again)
		if !bytes.Equal(x, y) {
			t.Errorf("%s became %s", x, y)
		}
	})
}

// TestTranscriptsAreReadStrictly: keys in another case, twice, or unknown are refused.
func TestTranscriptsAreReadStrictly(t *testing.T) {
	var b bytes.Buffer
	if err := recorded(t, "match3", 5, "").Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, forged := range []string{`"N": 5`, `"n": 5, "n": 5`, `"n": 5, "m": 5`} {
		text := strings.Replace(b.String(), `"n": 5`, forged, 1)
		if text == b.String() {
			t.Fatal("the file has no n")
		}
		if _, err := ParseTranscript([]byte(text)); err == nil {
			t.Errorf("%s is taken", forged)
		}
	}
}
