package trained

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crosscut/internal/strict"
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

	shard *shard
}

// shard is one open file.
type shard struct {
	file  *os.File
	size  int64 // of the file
	start int64 // of the data
}

// Tensors are the tensors of one file, or of the shards that an index names.
type Tensors struct {
	shards []*shard
	infos  map[string]tensorInfo
	used   map[string]bool
}

var widths = map[string]uint64{"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}

// indexEnd is what the name of an index adds to that of the file that it stands for.
const indexEnd = ".index.json"

// maxShards bounds the files of an index.
const maxShards = 4096

// OpenTensors opens a safetensors file, or the shards of an index: of path itself, or of path and
// ".index.json" where there is no file of that name. It checks all headers.
func OpenTensors(path string) (*Tensors, error) {
	t := &Tensors{infos: map[string]tensorInfo{}, used: map[string]bool{}}
	index := path
	if !strings.HasSuffix(path, indexEnd) {
		if _, err := os.Stat(path); err == nil || !isFile(path+indexEnd) {
			if err := t.open(path); err != nil {
				t.Close()
				return nil, fmt.Errorf("trained: %w", err)
			}
			return t, nil
		}
		index = path + indexEnd
	}
	if err := t.openIndex(index); err != nil {
		t.Close()
		return nil, fmt.Errorf("trained: %s: %w", index, err)
	}
	return t, nil
}

func isFile(path string) bool { _, err := os.Stat(path); return err == nil }

// open adds the tensors of one file.
func (t *Tensors) open(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	s := &shard{file: f}
	t.shards = append(t.shards, s)
	if s.size, err = regular(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var infos map[string]tensorInfo
	if s.start, infos, err = readHeader(f, s.size); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for name, info := range infos {
		if _, twice := t.infos[name]; twice {
			return fmt.Errorf("%s: tensor %q stands in another shard too", path, clip(name))
		}
		info.shard = s
		t.infos[name] = info
	}
	return nil
}

// openIndex opens the shards of an index, which must hold just the tensors that it says.
func (t *Tensors) openIndex(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxHeader))
	if err != nil {
		return err
	}
	fields, err := strict.Map(raw, strict.Limits{})
	if err != nil {
		return err
	}
	var where map[string]string
	if json.Unmarshal(fields["weight_map"], &where) != nil || len(where) == 0 {
		return errors.New("an index has a weight_map from tensors to files")
	}
	files := map[string]bool{}
	for name, file := range where {
		if file != filepath.Base(file) || file == "" || file == "." || file == ".." {
			return fmt.Errorf("weight_map: %q of tensor %q is not the name of a file in the folder", clip(file), clip(name))
		}
		files[file] = true
	}
	if len(files) > maxShards {
		return fmt.Errorf("%d shards are more than %d", len(files), maxShards)
	}
	opened := map[*shard]string{}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if err := t.open(filepath.Join(filepath.Dir(path), file)); err != nil {
			return err
		}
		opened[t.shards[len(t.shards)-1]] = file
	}
	for name, info := range t.infos {
		if where[name] != opened[info.shard] {
			return fmt.Errorf("tensor %q stands in %q, and weight_map says %q", clip(name), opened[info.shard], clip(where[name]))
		}
	}
	for name, file := range where {
		if _, there := t.infos[name]; !there {
			return fmt.Errorf("weight_map: there is no tensor %q in %q", clip(name), clip(file))
		}
	}
	return nil
}

// digest is the SHA-256 of the files, one after the other.
func (t *Tensors) digest() (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	for _, s := range t.shards {
		if _, err := io.Copy(h, io.NewSectionReader(s.file, 0, s.size)); err != nil {
			return sum, fmt.Errorf("trained: %w", err)
		}
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
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

// Close closes the files.
func (t *Tensors) Close() error {
	var errs []error
	for _, s := range t.shards {
		errs = append(errs, s.file.Close())
	}
	return errors.Join(errs...)
}

// readHeader parses and checks the header of a file of the given size.
func readHeader(r io.ReaderAt, size int64) (start int64, infos map[string]tensorInfo, err error) {
	var first [512]byte
	k, _ := r.ReadAt(first[:], 0)
	if kind := strict.Foreign(first[:k]); kind != "" && kind != "a safetensors file" && k > 0 {
		return 0, nil, fmt.Errorf("this is %s, not a safetensors file", kind)
	}
	head := first[:8]
	if k < len(head) {
		return 0, nil, errors.New("no safetensors file: shorter than its header length")
	}
	if text := bytes.TrimLeft(first[:k], " \t\r\n"); len(text) > 1 && text[0] == '{' && head[7] != 0 {
		return 0, nil, errors.New("this is JSON, not a safetensors file (an index of shards is named model.safetensors.index.json)")
	}
	n := binary.LittleEndian.Uint64(head)
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
	fields, err := strict.Fields(bytes.TrimRight(raw, " \x00\n\t"), strict.Limits{})
	if err != nil {
		return nil, fmt.Errorf("the header is no JSON object: %w", oneLine(err))
	}
	infos := map[string]tensorInfo{}
	for _, f := range fields {
		if f.Key == "__metadata__" {
			var notes map[string]string
			if json.Unmarshal(f.Value, &notes) != nil {
				return nil, errors.New("header: __metadata__ must map names to strings")
			}
			continue
		}
		var info tensorInfo
		if err := strict.Decode(f.Value, &info, strict.Limits{}); err != nil {
			return nil, fmt.Errorf("header, tensor %q: %w", clip(f.Key), oneLine(err))
		}
		infos[f.Key] = info
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
		return cmp.Or(slices.Compare(infos[a].Offsets, infos[b].Offsets), cmp.Compare(a, b))
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

func clip(s string) string { return strict.Clip(s, 60) }

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
	if len(info.Shape) == 3 && info.Shape[1] == 1 && cols > 0 { // the weights of a depth-wise convolution
		info.Shape = []uint64{info.Shape[0], info.Shape[2]}
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
		if _, err := info.shard.file.ReadAt(buf[:n*width], info.shard.start+int64(info.Offsets[0])+int64(done*width)); err != nil {
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
