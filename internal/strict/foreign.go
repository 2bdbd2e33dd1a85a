package strict

import (
	"bytes"
	"encoding/binary"
)

// starts tells files of other kinds by their first bytes.
var starts = []struct{ first, kind string }{
	{"\xef\xbb\xbf", "text that begins with a byte order mark (save it as UTF-8 without one)"},
	{"\xff\xfe", "UTF-16 text (save it as UTF-8)"},
	{"\xfe\xff", "UTF-16 text (save it as UTF-8)"},
	{"version https://git-lfs", "a Git-LFS pointer (git lfs pull fetches the file)"},
	{"PK\x03\x04", "a zip archive (torch.save writes such files; save as safetensors)"},
	{"\x80\x02", "a Python pickle (save as safetensors)"},
	{"\x80\x04", "a Python pickle (save as safetensors)"},
	{"\x1f\x8b", "gzip data (unpack it first)"},
	{"BZh", "bzip2 data (unpack it first)"},
	{"\xfd7zXZ", "xz data (unpack it first)"},
	{"\x28\xb5\x2f\xfd", "zstd data (unpack it first)"},
	{"%PDF", "a PDF document"},
	{"\x89PNG", "a PNG picture"},
	{"\xff\xd8\xff", "a JPEG picture"},
	{"\x89HDF", "an HDF5 file (save as safetensors)"},
	{"\x93NUMPY", "a NumPy array (save as safetensors)"},
	{"GGUF", "a GGUF model (use the safetensors file it was made from)"},
	{"PAR1", "a Parquet file"},
	{"SQLite format 3", "an SQLite database"},
	{"\x7fELF", "a program"},
	{"\x00asm", "a WebAssembly module"},
	{"<!doctype", "a web page (download the raw file)"},
	{"<html", "a web page (download the raw file)"},
}

// Foreign says what a file is that is no JSON text: "a zip archive", with what to
// do where that is known; "" when its first bytes do not tell.
func Foreign(raw []byte) string {
	head := bytes.ToLower(bytes.TrimLeft(raw[:min(len(raw), 512)], " \t\r\n"))
	for _, s := range starts {
		if bytes.HasPrefix(raw, []byte(s.first)) || s.first[0] == '<' && bytes.HasPrefix(head, []byte(s.first)) {
			return s.kind
		}
	}
	if len(raw) > 9 && raw[8] == '{' && binary.LittleEndian.Uint64(raw) < 1<<30 && bytes.IndexByte(raw[:8], 0) >= 0 {
		return "a safetensors file"
	}
	if len(raw) == 0 {
		return "an empty file"
	}
	return ""
}
