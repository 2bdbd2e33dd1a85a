package trained

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
)

// A safetensors file is a header length (8 bytes, little endian), a JSON header
// {name: {dtype, shape, data_offsets}}, and the data. Reading is strict: the
// tensors must fill the data exactly, without gap or overlap, and nothing is
// allocated that the file does not really hold. The file is streamed in small
// pieces, so that a tensor is in memory once, as it is stored.

const maxHeader = 100 << 20 // bytes, as in the reference reader

// tensorInfo is one entry of the header.
type tensorInfo struct {
	DType   string   `json:"dtype"`
	Shape   []uint64 `json:"shape"`
	Offsets []uint64 `json:"data_offsets"`
}

// Tensors is an open file.
type Tensors struct {
	file  *os.File
	size  int64 // of the file
	start int64 // of the data
	infos map[string]tensorInfo
	used  map[string]bool
}

var widths = map[string]uint64{"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}

// OpenTensors opens a file and checks its header.
func OpenTensors(path string) (*Tensors, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("trained: %w", err)
	}
	t := &Tensors{file: f, used: map[string]bool{}}
	if t.size, err = regular(f); err == nil {
		t.start, t.infos, err = readHeader(f, t.size)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("trained: %s: %w", path, err)
	}
	return t, nil
}

// regular is the size of a file; folders and pipes have none.
func regular(f *os.File) (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !st.Mode().IsRegular() {
		return 0, errors.New("no regular file")
	}
	return st.Size(), nil
}

// Close closes the file.
func (t *Tensors) Close() error { return t.file.Close() }

// readHeader parses and checks the header of a file of the given size.
func readHeader(r io.ReaderAt, size int64) (start int64, infos map[string]tensorInfo, err error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return 0, nil, errors.New("no safetensors file: shorter than its header length")
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > maxHeader || int64(n) > size-8 {
		return 0, nil, fmt.Errorf("a header of %d bytes in a file of %d", n, size)
	}
	raw := make([]byte, n)
	if _, err := r.ReadAt(raw, 8); err != nil {
		return 0, nil, fmt.Errorf("reading the header: %w", err)
	}
	start = 8 + int64(n)
	infos, err = parseHeader(raw)
	if err != nil {
		return 0, nil, err
	}
	return start, infos, layout(infos, uint64(size-start))
}

// parseHeader reads the JSON object; a name that stands twice is an error.
func parseHeader(raw []byte) (map[string]tensorInfo, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("the header is no JSON object")
	}
	infos := map[string]tensorInfo{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("the header is no JSON object: %v", err)
		}
		name, _ := key.(string)
		var body json.RawMessage
		if err := dec.Decode(&body); err != nil {
			return nil, fmt.Errorf("header, tensor %q: %v", clip(name), err)
		}
		if name == "__metadata__" {
			var notes map[string]string
			if json.Unmarshal(body, &notes) != nil {
				return nil, errors.New("header: __metadata__ must map names to strings")
			}
			continue
		}
		if _, twice := infos[name]; twice {
			return nil, fmt.Errorf("header: tensor %q stands twice", clip(name))
		}
		var info tensorInfo
		strict := json.NewDecoder(bytes.NewReader(body))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&info); err != nil {
			return nil, fmt.Errorf("header, tensor %q: %v", clip(name), err)
		}
		infos[name] = info
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("the header is no JSON object: %v", err)
	}
	if rest, err := io.ReadAll(dec.Buffered()); err != nil || len(bytes.Trim(rest, " \x00\n\t")) > 0 {
		return nil, errors.New("something stands after the header's JSON object")
	}
	return infos, nil
}

// layout checks that the tensors fill size bytes, in some order, exactly.
func layout(infos map[string]tensorInfo, size uint64) error {
	for _, name := range slices.Sorted(maps.Keys(infos)) {
		if len(infos[name].Offsets) != 2 {
			return fmt.Errorf("tensor %q: data_offsets must be two numbers", clip(name))
		}
	}
	names := slices.SortedFunc(maps.Keys(infos), func(a, b string) int {
		x, y := infos[a], infos[b]
		switch {
		case x.Offsets[0] != y.Offsets[0]:
			return sign(x.Offsets[0], y.Offsets[0])
		case x.Offsets[1] != y.Offsets[1]:
			return sign(x.Offsets[1], y.Offsets[1])
		}
		return sign(a, b)
	})
	var at uint64
	for _, name := range names {
		info := infos[name]
		width, ok := widths[info.DType]
		if !ok {
			return fmt.Errorf("tensor %q: unknown dtype %q", clip(name), clip(info.DType))
		}
		from, to := info.Offsets[0], info.Offsets[1]
		bytes := width
		for _, d := range info.Shape {
			if d != 0 && bytes > math.MaxInt64/d {
				return fmt.Errorf("tensor %q: shape %v overflows", clip(name), info.Shape)
			}
			bytes *= d
		}
		switch {
		case from > to || to > size:
			return fmt.Errorf("tensor %q: bytes %d to %d of %d", clip(name), from, to, size)
		case to-from != bytes:
			return fmt.Errorf("tensor %q: %d bytes for shape %v of %s, which needs %d", clip(name), to-from, info.Shape, info.DType, bytes)
		case from < at:
			return fmt.Errorf("tensor %q overlaps another: it begins at byte %d, and %d are taken", clip(name), from, at)
		case from > at:
			return fmt.Errorf("tensor %q: nothing stands in bytes %d to %d before it", clip(name), at, from)
		}
		at = to
	}
	if at != size {
		return fmt.Errorf("the tensors end at byte %d of %d", at, size)
	}
	return nil
}

func sign[T uint64 | string](a, b T) int {
	if a < b {
		return -1
	} else if a > b {
		return 1
	}
	return 0
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}

// Shape returns a tensor's shape; ok is false when there is none of this name.
func (t *Tensors) Shape(name string) (shape []uint64, ok bool) {
	info, ok := t.infos[name]
	return info.Shape, ok
}

// Matrix reads a tensor of rows x cols floats (cols 0: a vector of rows). Weights
// of 16 bits are kept as they are and widened, exactly, when they are used.
func (t *Tensors) Matrix(name string, rows, cols int) (*Matrix, error) {
	info, ok := t.infos[name]
	if !ok {
		return nil, fmt.Errorf("tensor %q is missing; there are %v", name, t.names())
	}
	want := []uint64{uint64(rows), uint64(cols)}
	if cols == 0 {
		want = want[:1]
	}
	if !slices.Equal(info.Shape, want) {
		return nil, fmt.Errorf("tensor %q has shape %v, want %v", name, info.Shape, want)
	}
	t.used[name] = true
	m := &Matrix{rows: rows, cols: max(cols, 1)}
	count := rows * m.cols
	switch info.DType {
	case "F32":
		m.f32 = make([]float32, count)
	case "F16", "BF16":
		m.u16, m.wide = make([]uint16, count), halfTables(info.DType)
	default:
		return nil, fmt.Errorf("tensor %q is %s: want F32, F16 or BF16", name, info.DType)
	}
	if err := t.fill(m, name, info); err != nil {
		return nil, err
	}
	if count <= widenUpTo {
		m.widen()
	}
	return m, nil
}

// fill copies and checks the numbers, a piece at a time.
func (t *Tensors) fill(m *Matrix, name string, info tensorInfo) error {
	width := int(widths[info.DType])
	buf := make([]byte, 1<<16)
	count := m.rows * m.cols
	for done := 0; done < count; {
		n := min(count-done, len(buf)/width)
		if _, err := t.file.ReadAt(buf[:n*width], t.start+int64(info.Offsets[0])+int64(done*width)); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		for k := range n {
			if m.f32 != nil {
				m.f32[done+k] = math.Float32frombits(binary.LittleEndian.Uint32(buf[4*k:]))
			} else {
				m.u16[done+k] = binary.LittleEndian.Uint16(buf[2*k:])
			}
			if v := m.stored(done + k); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("tensor %q: number %d is %v", name, done+k+1, v)
			}
		}
		done += n
	}
	return nil
}

// stored is number k as it stands in the file.
func (m *Matrix) stored(k int) float64 { return m.at(k/m.cols, k%m.cols) }

func (t *Tensors) names() []string { return slices.Sorted(maps.Keys(t.infos)) }

// Unused names the tensors that nobody asked for.
func (t *Tensors) Unused() []string {
	return slices.DeleteFunc(t.names(), func(name string) bool { return t.used[name] })
}
