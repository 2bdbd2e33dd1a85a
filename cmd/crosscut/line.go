package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
)

// errHelp is returned where help is asked for.
var errHelp = errors.New("help")

// arrange puts a command's flags before its arguments, since urfave/cli v2 drops
// flags that follow an argument, and refuses what cannot be right: unknown flags,
// flags given twice, values that are missing or of the wrong kind.
func arrange(c *command, line []string) (arranged []string, err error) {
	var flags, args []string
	seen := map[string]bool{}
	for k := 0; k < len(line); k++ {
		word := line[k]
		if word == "--" {
			args = append(args, line[k+1:]...)
			break
		}
		if !strings.HasPrefix(word, "-") || word == "-" {
			args = append(args, word)
			if c.wraps {
				args = append(args, line[k+1:]...)
				break
			}
			continue
		}
		name, value, joined := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-"), "=")
		if name == "h" || name == "help" {
			return nil, errHelp
		}
		f := c.flag(name)
		if f == nil {
			var known []string
			for _, g := range c.flags {
				known = append(known, g.Names()...)
			}
			slices.Sort(known)
			u := catalog.Unknown("flag", "--"+name, nil)
			hint := fmt.Sprintf("crosscut %s takes --%s", c.name, strings.Join(known, " --"))
			if near := catalog.Unknown("flag", name, known).Nearest; near != "" {
				hint = "did you mean --" + near + "?"
			}
			return nil, usagef(hint, "%v", u)
		}
		if _, repeats := f.(*cli.StringSliceFlag); seen[name] && !repeats {
			return nil, usagef("give it once", "flag --%s is given twice", name)
		}
		seen[name] = true
		if _, ok := f.(*cli.BoolFlag); ok {
			if !joined {
				value = "true"
			}
		} else if !joined {
			if k++; k == len(line) || line[k] == "--" {
				return nil, usagef("write --"+name+" VALUE", "flag --%s: a value is missing", name)
			}
			value = line[k]
		}
		if value, err = checkValue(f, value); err != nil {
			return nil, usagef("", "flag --%s: %v", name, err)
		}
		flags = append(flags, "--"+name+"="+value)
	}
	switch {
	case len(args) > c.maxArgs && c.args == "":
		return nil, usagef("crosscut "+c.name+" takes flags only", "unexpected argument %q", args[0])
	case len(args) > c.maxArgs:
		return nil, usagef("crosscut "+c.name+" "+c.args, "unexpected argument %q", args[c.maxArgs])
	case len(args) < c.minArgs:
		return nil, usagef("crosscut "+c.name+" "+c.args, "an argument is missing")
	}
	return append(append(flags, "--"), args...), nil
}

// whole reads a whole number, also as 1e6.
func whole(s string) (int64, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if f, e := strconv.ParseFloat(s, 64); err != nil && e == nil && f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
		return int64(f), nil
	}
	return v, err
}

// checkValue reads a flag's value by its kind and returns its canonical form.
func checkValue(f cli.Flag, value string) (string, error) {
	switch f.(type) {
	case *cli.BoolFlag:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "", fmt.Errorf("%q is neither true nor false", value)
		}
		return strconv.FormatBool(b), nil
	case *cli.IntFlag, *cli.Int64Flag:
		v, err := whole(value)
		if err != nil {
			return "", fmt.Errorf("%q is no whole number, or too large", value)
		}
		return strconv.FormatInt(v, 10), nil
	case *cli.Uint64Flag:
		v, err := strconv.ParseUint(value, 10, 64)
		if small, e := whole(value); err != nil && e == nil && small >= 0 { // 1e6
			v, err = uint64(small), nil
		}
		if err != nil {
			return "", fmt.Errorf("%q is no whole number from 0 to 2^64 - 1", value)
		}
		return strconv.FormatUint(v, 10), nil
	case *cli.DurationFlag:
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return "", fmt.Errorf("%q is no duration, such as 10s or 2m", value)
		}
	}
	if value == "" {
		return "", fmt.Errorf("the value is empty")
	}
	return value, nil
}
