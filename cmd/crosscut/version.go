package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"crosscut/report"
)

var _ = register(&command{
	name:  "version",
	usage: "print the version of this build",
	run: func(c *call) error {
		v := buildVersion()
		return c.emit(&report.Sheet{
			Fields: []report.Field{{Name: "crosscut", Value: v.Version}, {Name: "revision", Value: v.Revision}, {Name: "go", Value: v.Go}, {Name: "platform", Value: v.Platform}},
			Value:  v,
		})
	},
})

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// forRecords is the version that stands in records of units. Builds of one commit share
// it, also those for other platforms. A build of no commit, or of a changed one, is
// known by the bytes of the program alone.
func (v versionInfo) forRecords() (string, error) {
	if v.Revision != "" && !strings.Contains(v.Revision, changed) {
		return v.Version + " " + v.Revision, nil
	}
	hash, err := programHash()
	if err != nil {
		return "", fmt.Errorf("telling this build from others: %w", err)
	}
	return v.Version + " build:" + hash[:16], nil
}

// changed marks a commit with changes that are not in it.
const changed = "(changed)"

// programHash is the SHA-256 of the running program.
var programHash = sync.OnceValues(func() (string, error) {
	f, err := os.Open("/proc/self/exe") // also when a new build has taken the place of this one
	if err != nil {
		var name string
		if name, err = os.Executable(); err != nil {
			return "", err
		}
		if f, err = os.Open(name); err != nil {
			return "", err
		}
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
})

// buildVersion reads what the Go tool recorded in the binary.
func buildVersion() versionInfo {
	v := versionInfo{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			v.Revision = s.Value + v.Revision
		case s.Key == "vcs.modified" && s.Value == "true":
			v.Revision += " " + changed
		}
	}
	return v
}
