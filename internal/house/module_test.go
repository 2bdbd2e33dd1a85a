package house

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestModule renames the module in a copy, as `make module` does for whoever hosts
// the project, and lists every package of the copy with what it imports.
func TestModule(t *testing.T) {
	for _, tool := range []string{"make", "sed", "find", "xargs"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is needed", tool)
		}
	}
	root := t.TempDir()
	for _, part := range []string{"go.mod", "go.sum", "Makefile", "protocol", "internal", "docs"} {
		from := filepath.Join("..", "..", part)
		info, err := os.Stat(from)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(root, part)
		if info.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else {
			var text []byte
			if text, err = os.ReadFile(from); err == nil {
				err = os.WriteFile(to, text, 0o644)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := in("make", "module"); err == nil {
		t.Errorf("without a path: %s", out)
	}
	if out, err := in("make", "module", "PATH=example.org/me/crosscut"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := in("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./protocol/...", "./internal/...", "./docs")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out, "example.org/me/crosscut/protocol/problems ") || strings.Contains(" "+out, " crosscut/") {
		t.Errorf("not every import was renamed:\n%s", out)
	}
}
