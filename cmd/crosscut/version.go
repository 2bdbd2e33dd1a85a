package main

import (
	"runtime"
	"runtime/debug"
	"strings"

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

// line is the version in one word or two: equal for equal builds.
func (v versionInfo) line() string { return strings.TrimSpace(v.Version + " " + v.Revision) }

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
			v.Revision += " (changed)"
		}
	}
	return v
}
