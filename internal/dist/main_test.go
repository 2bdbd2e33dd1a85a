package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// folder holds two stand-ins for binaries.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"crosscut-linux-amd64", "crosscut-windows-arm64.exe"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho \"{\\\"args\\\": $#}\"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWheel(t *testing.T) {
	dir := folder(t)
	if err := pack(dir, "0.1.0.dev7+g0a1b2c3"); err != nil {
		t.Fatal(err)
	}
	wheels, _ := filepath.Glob(filepath.Join(dir, "*.whl"))
	if len(wheels) != 2 {
		t.Fatalf("wheels: %v", wheels)
	}
	for _, name := range wheels {
		z, err := zip.OpenReader(name)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		contents := map[string][]byte{}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			contents[f.Name], err = io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(f.Name, "/scripts/") && f.Mode()&0o111 == 0 {
				t.Errorf("%s: the binary cannot be run", name)
			}
		}
		record := string(contents["crosscut-0.1.0.dev7+g0a1b2c3.dist-info/RECORD"])
		for file, data := range contents {
			if strings.HasSuffix(file, "RECORD") {
				continue
			}
			sum := sha256.Sum256(data)
			if line := fmt.Sprintf("%s,sha256=%s,%d\n", file, base64.RawURLEncoding.EncodeToString(sum[:]), len(data)); !strings.Contains(record, line) {
				t.Errorf("%s: RECORD lacks %s", name, line)
			}
		}
	}
	before, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil || bytes.Count(before, []byte("\n")) != 4 {
		t.Fatalf("checksums: %v\n%s", err, before)
	}
	if err := pack(dir, "0.1.0.dev7+g0a1b2c3"); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "SHA256SUMS")); !bytes.Equal(before, after) {
		t.Error("the same binaries gave other files")
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ dir, version string }{{t.TempDir(), "0.1.0"}, {folder(t), "v1"}, {folder(t), ""}, {"", "0.1.0"}} {
		if err := pack(c.dir, c.version); err == nil {
			t.Errorf("version %q was packed", c.version)
		}
	}
}

// TestInstall installs a wheel as a user would and calls the binary from Python.
func TestInstall(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("python3 on linux/amd64 is needed")
	}
	if exec.Command(python, "-c", "import pip").Run() != nil {
		t.Skip("pip is needed")
	}
	dir, into := folder(t), t.TempDir()
	if err := pack(dir, "0.1.0"); err != nil {
		t.Fatal(err)
	}
	wheels, _ := filepath.Glob(filepath.Join(dir, "*manylinux*.whl"))
	install := exec.Command(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check", "--target", into, wheels[0])
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	call := exec.Command(python, "-c", `import crosscut; print(crosscut.run("bounds", "--n", 4))`)
	call.Env = append(os.Environ(), "PYTHONPATH="+into, "PATH="+filepath.Join(into, "bin")+":"+os.Getenv("PATH"))
	if out, err := call.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "{'args': 5}" {
		t.Errorf("%v\n%s", err, out)
	}
}
