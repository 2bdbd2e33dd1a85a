package tasks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"crosscut/internal/catalog"
	"crosscut/protocol"
)

// Input files are one JSON object: the task, its sizes, its tokens. A half, for a
// player in another process, has N, the positions of its tokens, and the public
// tokens besides. Reading is strict; errors are one line and name the field or the
// token.

// Input is a whole input of a task.
type Input struct {
	Shape Shape
	Seq   []Token
}

// ReadInput reads an input file. Parameters in set complete the file's; one that
// contradicts the file is an error. own are tasks besides the catalogue's.
func ReadInput(data []byte, set Params, own ...*Task) (*Input, error) {
	in, err := readInput(data, set, own)
	if err != nil {
		return nil, fmt.Errorf("tasks: reading input: %w", err)
	}
	return in, nil
}

func readInput(data []byte, set Params, own []*Task) (*Input, error) {
	task, file, err := openFile(data, own, "tokens")
	if err != nil {
		return nil, err
	}
	raw, err := file.list("tokens")
	if err != nil {
		return nil, err
	}
	sh, err := task.readShape(file, len(raw), set)
	if err != nil {
		return nil, err
	}
	in := &Input{sh, make([]Token, sh.N)}
	for k := range raw {
		if in.Seq[k], err = task.ParseToken(sh, raw[k]); err != nil {
			return nil, fmt.Errorf("token %d: %w", k+1, err)
		}
	}
	return in, sh.check(sh.All(), in.Seq)
}

// TaskOf reads only the task's name, from an input file or a half. Whoever needs
// to know which settings are the task's sizes asks this first.
func TaskOf(data []byte) (*Task, error) {
	file, err := parseObject(data)
	if err == nil {
		var task *Task
		if task, err = file.task(nil); err == nil {
			return task, nil
		}
	}
	return nil, fmt.Errorf("tasks: reading input: %w", err)
}

// LengthOf reads only the length of the sequence that an input file or a half holds.
func LengthOf(data []byte) (int, error) {
	file, err := parseObject(data)
	if err != nil {
		return 0, fmt.Errorf("tasks: reading input: %w", err)
	}
	if _, half := file["N"]; half {
		return file.int("N")
	}
	list, err := file.list("tokens")
	return len(list), err
}

// ReadHalf reads the half of one player. The positions that are neither in it nor
// public belong to the other player. own are tasks besides the catalogue's.
func ReadHalf(data []byte, self protocol.Player, set Params, own ...*Task) (Half, error) {
	h, err := readHalf(data, self, set, own)
	if err != nil {
		return Half{}, fmt.Errorf("tasks: reading %v's half: %w", self, err)
	}
	return h, nil
}

func readHalf(data []byte, self protocol.Player, set Params, own []*Task) (Half, error) {
	var none Half
	task, file, err := openFile(data, own, "N", "positions", "tokens", "public")
	if err != nil {
		return none, err
	}
	n, err := file.int("N")
	if err != nil {
		return none, err
	}
	sh, err := task.readShape(file, n, set)
	if err != nil {
		return none, err
	}
	s := Split{make([]protocol.Player, n)}
	for i := range s.Owner {
		s.Owner[i] = protocol.Alice + protocol.Bob - self
	}
	seq := make([]Token, n)
	if err := readPart(file, sh, self, self, s, seq); err != nil {
		return none, err
	}
	if raw, ok := file["public"]; ok {
		part, err := parseObject(raw, "positions", "tokens")
		if err == nil {
			err = readPart(part, sh, self, Public, s, seq)
		}
		if err != nil {
			return none, fmt.Errorf(`field "public": %w`, err)
		}
	}
	var pos []int
	var tok []Token
	for i, o := range s.Owner {
		if o == self || o == Public {
			pos, tok = append(pos, i+1), append(tok, seq[i])
		}
	}
	if err := sh.check(pos, tok); err != nil {
		return none, err
	}
	return Half{sh, s, self, pos, tok}, nil
}

// readPart reads positions and tokens of one owner into the split and sequence:
// first those of the player itself, then the public ones.
func readPart(part object, sh Shape, self, owner protocol.Player, s Split, seq []Token) error {
	positions, err := part.list("positions")
	if err != nil {
		return err
	}
	tokens, err := part.list("tokens")
	if err != nil {
		return err
	}
	if len(positions) != len(tokens) {
		return fmt.Errorf("%d positions but %d tokens", len(positions), len(tokens))
	}
	last := 0
	for k := range positions {
		i, err := parseInt(positions[k])
		if err != nil {
			return fmt.Errorf(`field "positions": %w`, err)
		}
		switch {
		case i < 1 || i > sh.N:
			return fmt.Errorf(`field "positions": %d is outside 1..%d`, i, sh.N)
		case i <= last:
			return fmt.Errorf(`field "positions": %d after %d, want strictly increasing positions`, i, last)
		case owner == Public && s.Of(i) == self:
			return fmt.Errorf("position %d is the player's own", i)
		}
		last = i
		s.Owner[i-1] = owner
		if seq[i-1], err = sh.Task.ParseToken(sh, tokens[k]); err != nil {
			return fmt.Errorf("token %d: %w", i, err)
		}
	}
	return nil
}

// task is the task that a file names.
func (o object) task(own []*Task) (*Task, error) {
	var name string
	raw, ok := o["task"]
	if !ok {
		return nil, fmt.Errorf(`field "task" is missing`)
	}
	if raw[0] != '"' || json.Unmarshal(raw, &name) != nil {
		return nil, fmt.Errorf(`field "task": %s: want the name of a task`, clip(raw))
	}
	if k := slices.IndexFunc(own, func(t *Task) bool { return t.Name == name }); k >= 0 {
		return own[k], nil
	}
	task, err := Catalog().Get(shorten(name))
	if err != nil {
		return nil, fmt.Errorf(`field "task": %w`, err)
	}
	return task, nil
}

// openFile reads the outer object: the task and the fields that it may have.
func openFile(data []byte, own []*Task, more ...string) (*Task, object, error) {
	file, err := parseObject(data)
	if err != nil {
		return nil, nil, err
	}
	task, err := file.task(own)
	if err != nil {
		return nil, nil, err
	}
	known := append([]string{"task"}, more...)
	for _, p := range task.Params {
		known = append(known, p.Name)
	}
	for _, field := range slices.Sorted(maps.Keys(file)) {
		if !slices.Contains(known, field) {
			return nil, nil, catalog.Unknown("field of a "+task.Name+" file", shorten(field), known)
		}
	}
	return task, file, nil
}

// readShape takes the task's sizes from the file and from set.
func (t *Task) readShape(file object, n int, set Params) (Shape, error) {
	got := set.With(nil)
	for _, p := range t.Params {
		chosen, isSet := set[p.Name]
		raw, inFile := file[p.Name]
		if !inFile {
			if !isSet && !p.Optional {
				return Shape{}, fmt.Errorf("field %q is missing", p.Name)
			}
			continue
		}
		v, err := parseReal(raw)
		if err == nil && !p.Real {
			var whole int
			whole, err = parseInt(raw)
			v = float64(whole)
		}
		if err != nil {
			return Shape{}, fmt.Errorf("field %q: %w", p.Name, err)
		}
		if isSet && chosen != v {
			return Shape{}, fmt.Errorf("%s = %v in the file, but %v is set", p.Name, v, chosen)
		}
		got[p.Name] = v
	}
	for name := range set {
		if !slices.ContainsFunc(t.Params, func(p Param) bool { return p.Name == name }) {
			return t.Shape(n, set) // says which names there are
		}
	}
	return t.shape(n, got)
}

// WriteInput writes an input file, on one line.
func WriteInput(in *Input) []byte {
	var b bytes.Buffer
	in.Shape.writeHead(&b)
	b.WriteString(`,"tokens":`)
	in.Shape.writeTokens(&b, in.Seq)
	b.WriteString("}\n")
	return b.Bytes()
}

// WriteHalf writes a half as a file that ReadHalf reads.
func WriteHalf(h Half) []byte {
	var b bytes.Buffer
	h.Shape.writeHead(&b)
	fmt.Fprintf(&b, `,"N":%d,`, h.Shape.N)
	h.writePart(&b, h.Self)
	b.WriteString(`,"public":{`)
	h.writePart(&b, Public)
	b.WriteString("}}\n")
	return b.Bytes()
}

func (h Half) writePart(b *bytes.Buffer, owner protocol.Player) {
	pos := []int{} // never null
	var tok []Token
	h.Each(func(i int, t Token) {
		if h.Split.Of(i) == owner {
			pos, tok = append(pos, i), append(tok, t)
		}
	})
	b.WriteString(`"positions":`)
	b.Write(marshal(pos))
	b.WriteString(`,"tokens":`)
	h.Shape.writeTokens(b, tok)
}

// writeHead opens the object and writes the task and its sizes; optional ones
// only where they are not the default.
func (sh Shape) writeHead(b *bytes.Buffer) {
	fmt.Fprintf(b, `{"task":%q`, sh.Task.Name)
	for _, p := range sh.Task.Params {
		v := sh.Params[p.Name]
		if p.Optional && v == p.Default(sh.N, sh.Params) {
			continue
		}
		fmt.Fprintf(b, `,%q:%s`, p.Name, strconv.FormatFloat(v, 'f', -1, 64))
	}
}

func (sh Shape) writeTokens(b *bytes.Buffer, seq []Token) {
	b.WriteByte('[')
	for k, t := range seq {
		if k > 0 {
			b.WriteByte(',')
		}
		b.Write(marshal(sh.Task.FormatToken(sh, t)))
	}
	b.WriteByte(']')
}

// marshal writes what always can be written: numbers, lists and flat structs.
func marshal(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("tasks: writing a token: %v", err))
	}
	return raw
}
