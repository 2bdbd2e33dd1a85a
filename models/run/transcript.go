package run

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"crosscut/internal/strict"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// TranscriptFormat names the layout of transcript files.
const TranscriptFormat = "crosscut-transcript-1"

// TranscriptFile is a run on disk: what was agreed on beforehand, every word, and
// the halves that its writer held. docs/transcripts.md describes it.
type TranscriptFile struct {
	Format string         `json:"format"`
	Task   string         `json:"task"`
	Model  string         `json:"model"`
	N      int            `json:"n"`
	Sizes  tasks.Params   `json:"sizes"` // the task's, all of them
	Set    map[string]any `json:"set"`   // the model's settings as given: numbers and names
	Seed   uint64         `json:"seed"`
	Split  string         `json:"split"`
	Read   []int          `json:"read"`
	Answer models.Answer  `json:"answer"`
	// Digests are the SHA-256 of both halves, as tasks.WriteHalf writes them; "" is
	// a half that the writer never saw.
	Digests map[string]string `json:"digests"`
	// Halves are the halves that the writer held. Each is replayed.
	Halves   map[string]json.RawMessage `json:"halves"`
	Messages []TranscriptWord           `json:"messages"`
	// Output is parallel to Read; null where the writer does not know it.
	Output []tasks.Value `json:"output"`
}

// TranscriptWord is one word: up to 64 bits as 0s and 1s, longer ones as x and
// hexadecimal digits, eight bits a pair, the spare bits of the last pair 0.
type TranscriptWord struct {
	Round int    `json:"round"`
	From  string `json:"from"`
	Bits  int    `json:"bits"`
	Label string `json:"label"`
	Word  string `json:"word"`
}

// NewTranscriptFile writes a run down. halves are those that the writer holds: both
// for an in-process run, one for a party.
func NewTranscriptFile(model string, sh tasks.Shape, set models.Settings, job models.Job, t protocol.Transcript, output []tasks.Value, halves ...tasks.Half) *TranscriptFile {
	f := &TranscriptFile{
		Format: TranscriptFormat, Task: sh.Task.Name, Model: model, N: sh.N, Sizes: sh.Params, Set: map[string]any{}, Seed: set.Seed,
		Split: job.Split.String(), Read: job.Read, Answer: job.Answer,
		Digests: map[string]string{protocol.Alice.String(): "", protocol.Bob.String(): ""},
		Halves:  map[string]json.RawMessage{}, Messages: []TranscriptWord{}, Output: output,
	}
	for name, v := range set.Num {
		f.Set[name] = v
	}
	for name, v := range set.Choice {
		f.Set[name] = v
	}
	for _, h := range halves {
		raw := tasks.WriteHalf(h)
		f.Digests[h.Self.String()] = digest(raw)
		f.Halves[h.Self.String()] = bytes.TrimSpace(raw)
	}
	for _, m := range t.Messages {
		f.Messages = append(f.Messages, TranscriptWord{m.Round, m.From.String(), int(m.Word.Len()), m.Label, wordText(m.Word)})
	}
	return f
}

// Transcript returns the file of a run of this request.
func (p *Prepared) Transcript(r *Request, res *Result) *TranscriptFile {
	sh := p.Machine.Shape()
	_, rest := r.Set.ForTask(sh.Task)
	halves := p.Job.Split.Deal(sh, p.Tokens)
	return NewTranscriptFile(r.Model, sh, rest, p.Job, res.Transcript, res.Output, halves[:]...)
}

func digest(half []byte) string {
	sum := sha256.Sum256(half)
	return hex.EncodeToString(sum[:])
}

func wordText(w protocol.Word) string {
	if w.Len() <= 64 {
		return w.String()
	}
	return "x" + hex.EncodeToString(w.Packed())
}

func parseWordText(s string, n int) (protocol.Word, error) {
	if n < 0 {
		return protocol.Word{}, fmt.Errorf("%d bits", n)
	}
	if rest, ok := bytes.CutPrefix([]byte(s), []byte("x")); ok {
		raw, err := hex.DecodeString(string(rest))
		if err != nil {
			return protocol.Word{}, err
		}
		return protocol.Unpacked(n, raw)
	}
	w, err := protocol.ParseWord(s)
	if err == nil && int(w.Len()) != n {
		err = fmt.Errorf("%d bits are written, %d are stated", w.Len(), n)
	}
	return w, err
}

// Write writes the file.
func (f *TranscriptFile) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(f)
}

// ParseTranscript reads a transcript file and refuses one that is not whole.
func ParseTranscript(data []byte) (*TranscriptFile, error) {
	f := &TranscriptFile{}
	if err := strict.Decode(data, f, strict.Limits{}); err != nil {
		return nil, fmt.Errorf("models: reading a transcript: %w", err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("models: reading a transcript: %w", err)
	}
	return f, nil
}

func (f *TranscriptFile) check() error {
	if f.Format != TranscriptFormat {
		return fmt.Errorf("format %q: want %q", f.Format, TranscriptFormat)
	}
	if len(f.Read) == 0 || len(f.Output) != len(f.Read) {
		return fmt.Errorf("%d outputs for %d read positions", len(f.Output), len(f.Read))
	}
	if len(f.Halves) == 0 {
		return errors.New("no half is in the file, so nothing can be replayed")
	}
	for _, who := range []map[string]bool{keys(f.Halves), keys(f.Digests)} {
		for name := range who {
			if _, err := player(name); err != nil {
				return err
			}
		}
	}
	for k, m := range f.Messages {
		if _, err := player(m.From); err != nil {
			return fmt.Errorf("word %d: %w", k+1, err)
		}
		if m.Round < 1 {
			return fmt.Errorf("word %d: round %d", k+1, m.Round)
		}
		if _, err := parseWordText(m.Word, m.Bits); err != nil {
			return fmt.Errorf("word %d: %w", k+1, err)
		}
	}
	for name, v := range f.Set {
		switch v := v.(type) {
		case string:
		case float64:
			if math.IsInf(v, 0) {
				return fmt.Errorf("setting %s is out of range", name)
			}
		default:
			return fmt.Errorf("setting %s is neither a number nor a name", name)
		}
	}
	return nil
}

func keys[V any](m map[string]V) map[string]bool {
	set := map[string]bool{}
	for k := range m {
		set[k] = true
	}
	return set
}

func player(name string) (protocol.Player, error) {
	switch name {
	case protocol.Alice.String():
		return protocol.Alice, nil
	case protocol.Bob.String():
		return protocol.Bob, nil
	}
	return 0, fmt.Errorf("unknown player %q: want alice or bob", name)
}

// Words are the file's words as a transcript.
func (f *TranscriptFile) Words() protocol.Transcript {
	t := protocol.Transcript{Players: 2}
	for _, m := range f.Messages {
		from, _ := player(m.From)
		w, _ := parseWordText(m.Word, m.Bits) // both were checked when the file was read
		t.Messages = append(t.Messages, protocol.Message{Round: m.Round, From: from, Label: m.Label, Word: w})
	}
	return t
}

// ErrForged is a transcript that its own halves do not give.
var ErrForged = errors.New("the transcript is not what its halves give")

// Replayed says what a verification covered.
type Replayed struct {
	Halves  []string // whose half was replayed
	Bits    protocol.Bits
	Outputs int // outputs that were recomputed
}

// Verify builds the model anew, replays every half in the file, and compares each
// word, the bits by formula, and the outputs. A difference wraps ErrForged; any
// other error means that the file cannot be judged.
func (f *TranscriptFile) Verify(ctx context.Context, build func(model string, sh tasks.Shape, set models.Settings) (models.Machine, error)) (*Replayed, error) {
	task, err := tasks.Catalog().Get(f.Task)
	if err != nil {
		return nil, err
	}
	sh, err := task.Shape(f.N, f.Sizes)
	if err != nil {
		return nil, err
	}
	split, err := sh.ParseSplit(f.Split)
	if err != nil {
		return nil, err
	}
	job := models.Job{Split: split, Read: f.Read, Answer: f.Answer}
	if err := job.Check(sh); err != nil {
		return nil, err
	}
	m, err := build(f.Model, sh, f.settings())
	if err != nil {
		return nil, err
	}
	prog, err := m.Compile(job)
	if err != nil {
		return nil, err
	}
	t := f.Words()
	for p, want := range prog.Bits {
		if got := t.By(protocol.Player(p)); got != want {
			return nil, fmt.Errorf("models: %w: %v wrote %d bits, the formula %q gives %d", ErrForged, protocol.Player(p), got, prog.Formula, want)
		}
	}
	done := &Replayed{Bits: t.Cost()}
	for _, self := range []protocol.Player{protocol.Alice, protocol.Bob} {
		raw, ok := f.Halves[self.String()]
		if !ok {
			continue
		}
		h, err := f.half(sh, split, self, raw)
		if err != nil {
			return nil, err
		}
		out, err := replay(ctx, t, self, prog.Player(h))
		if err != nil {
			return nil, err
		}
		done.Halves = append(done.Halves, self.String())
		for k, i := range job.Read {
			if job.Answerer(i) != self {
				continue
			}
			if v, ok := out[i]; !ok || !slices.Equal(v, f.Output[k]) {
				return nil, fmt.Errorf("models: %w: output %d is %v, not %v", ErrForged, i, v, f.Output[k])
			}
			done.Outputs++
		}
	}
	return done, nil
}

// replay replays one player. Words that no honest player writes may lead its code
// anywhere; where that is a panic, the transcript is forged.
func replay(ctx context.Context, t protocol.Transcript, self protocol.Player, program func(*protocol.Port) map[int]tasks.Value) (out map[int]tasks.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("models: %w: %v cannot read these words: %v", ErrForged, self, r)
		}
	}()
	if out, err = protocol.Replay(ctx, t, self, nil, program); err != nil {
		return nil, fmt.Errorf("models: %w: %w", ErrForged, err)
	}
	return out, nil
}

// half reads one half and compares it with the digest and the rest of the file.
func (f *TranscriptFile) half(sh tasks.Shape, split tasks.Split, self protocol.Player, raw []byte) (tasks.Half, error) {
	h, err := tasks.ReadHalf(raw, self, sh.Params)
	if err != nil {
		return h, err
	}
	if got := digest(tasks.WriteHalf(h)); got != f.Digests[self.String()] {
		return h, fmt.Errorf("models: %w: the digest of %v's half is another", ErrForged, self)
	}
	if h.Shape.N != sh.N || !slices.Equal(h.Split.Positions(self), split.Positions(self)) || !slices.Equal(h.Split.Positions(tasks.Public), split.Positions(tasks.Public)) {
		return h, fmt.Errorf("models: %w: %v's half is of another split", ErrForged, self)
	}
	return h, nil
}

func (f *TranscriptFile) settings() models.Settings {
	s := models.Settings{Num: tasks.Params{}, Choice: map[string]string{}, Seed: f.Seed}
	for name, v := range f.Set {
		switch v := v.(type) {
		case float64:
			s.Num[name] = v
		case string:
			s.Choice[name] = v
		}
	}
	return s
}
