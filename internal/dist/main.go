// Command dist packs built binaries for people who have no Go: a Python wheel for
// each platform, so that a notebook can call crosscut after "pip install FILE",
// and the checksums of everything in the folder. Its output is a function of the
// binaries alone: no clock and no machine name is written.
//
//	go run ./internal/dist -version 0.1.0 build/dist
//
// The folder holds crosscut-OS-ARCH (with .exe on windows), as `make dist` leaves it.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// platforms are the tags of the wheel format (PEP 425) for each binary. A binary
// without cgo needs no C library, so both families of Linux can run it.
var platforms = map[string]string{
	"crosscut-linux-amd64":       "manylinux2014_x86_64.musllinux_1_1_x86_64",
	"crosscut-linux-arm64":       "manylinux2014_aarch64.musllinux_1_1_aarch64",
	"crosscut-darwin-amd64":      "macosx_11_0_x86_64",
	"crosscut-darwin-arm64":      "macosx_11_0_arm64",
	"crosscut-windows-amd64.exe": "win_amd64",
	"crosscut-windows-arm64.exe": "win_arm64",
}

//go:embed crosscut.py
var module []byte

func main() {
	version := flag.String("version", "", "the version, as PEP 440 writes it")
	flag.Parse()
	if err := pack(flag.Arg(0), *version); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

var pep440 = regexp.MustCompile(`^\d+(\.\d+)*(\.dev\d+)?(\+[a-z0-9.]+)?$`)

// pack writes a wheel for each known binary in dir, then SHA256SUMS.
func pack(dir, version string) error {
	if dir == "" || !pep440.MatchString(version) {
		return fmt.Errorf("want -version X.Y.Z and a folder, not %q and %q", version, dir)
	}
	packed := 0
	for name, platform := range platforms {
		binary, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		file := fmt.Sprintf("crosscut-%s-py3-none-%s.whl", version, platform)
		if err := os.WriteFile(filepath.Join(dir, file), wheel(version, platform, binary), 0o644); err != nil {
			return err
		}
		packed++
	}
	if packed == 0 {
		return fmt.Errorf("%s holds no binary", dir)
	}
	return sums(dir)
}

// wheel is a zip with the binary as a script and a small module beside it.
func wheel(version, platform string, binary []byte) []byte {
	info, data := "crosscut-"+version+".dist-info/", "crosscut-"+version+".data/scripts/"
	script := data + "crosscut"
	if strings.HasPrefix(platform, "win") {
		script += ".exe"
	}
	tags := ""
	for _, one := range strings.Split(platform, ".") {
		tags += "Tag: py3-none-" + one + "\n"
	}
	files := []struct {
		name string
		data []byte
		mode os.FileMode
	}{
		{"crosscut" + "/__init__.py", module, 0o644}, // in two parts: no import path,
		{script, binary, 0o755},
		{info + "METADATA", []byte("Metadata-Version: 2.1\nName: crosscut\nVersion: " + version +
			"\nSummary: executes communication-complexity lower bounds for neural sequence models\nLicense: Apache-2.0\nRequires-Python: >=3.8\n"), 0o644},
		{info + "WHEEL", []byte("Wheel-Version: 1.0\nGenerator: crosscut dist\nRoot-Is-Purelib: false\n" + tags), 0o644},
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	write := func(name string, data []byte, mode os.FileMode) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(mode)
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	record := ""
	for _, f := range files {
		write(f.name, f.data, f.mode)
		sum := sha256.Sum256(f.data)
		record += fmt.Sprintf("%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	write(info+"RECORD", []byte(record+info+"RECORD,,\n"), 0o644)
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// sums writes the SHA-256 of every file in dir, in the form that sha256sum -c reads.
func sums(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	slices.Sort(names)
	var list strings.Builder
	for _, name := range names {
		if filepath.Base(name) == "SHA256SUMS" {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", h.Sum(nil), filepath.Base(name))
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(list.String()), 0o644)
}
