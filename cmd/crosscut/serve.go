package main

import (
	"fmt"
	"net"
	"strconv"

	"github.com/urfave/cli/v2"

	"crosscut/lab"
)

var _ = register(&command{
	name:  "serve",
	usage: "the lab in the browser: a story and seven rooms, offline",
	about: "Serves the lab at http://127.0.0.1:PORT until Ctrl-C. Everything is in this binary and nothing is fetched from elsewhere. " +
		"It opens with a story of six scenes. The rooms: Cut, Grow, Matrix, Break, Proof, Write, Atlas; what they show, other commands print.",
	flags: flags(
		&cli.IntFlag{Name: "port", Usage: "listen on `PORT` (default: a free one, printed)"},
		&cli.StringFlag{Name: "host", Value: "127.0.0.1", Usage: "listen on the address `HOST`; others than loopback show the lab to the network"},
		&cli.BoolFlag{Name: "embed", Usage: "let pages of other origins frame one stage, the page at /?embed"},
	),
	plain: true,
	run: func(c *call) error {
		port := c.Int("port")
		if port < 0 || port > 65535 {
			return usagef("", "flag --port: %d is outside 0..65535", port)
		}
		ip := net.ParseIP(c.String("host"))
		if ip == nil {
			return usagef("write 127.0.0.1, ::1 or an address of this machine", "flag --host: %q is no address", c.String("host"))
		}
		l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), strconv.Itoa(port)))
		if err != nil {
			return usagef("choose another --port, or none", "%v", err)
		}
		for _, at := range openable(l.Addr().(*net.TCPAddr)) {
			fmt.Fprintf(c.stdout, "the lab is at http://%s/\n", at)
		}
		if !ip.IsLoopback() {
			fmt.Fprintln(c.stderr, "warning: not a loopback address, so others on the network can open the lab")
		}
		if !c.Bool("quiet") {
			fmt.Fprintln(c.stderr, "Ctrl-C ends it")
		}
		return lab.Serve(c.Context, l, c.Bool("embed"))
	},
})

// openable are the addresses at which a browser reaches a listener: on an unspecified one
// those of this machine that others can reach, and its own.
func openable(at *net.TCPAddr) (all []string) {
	if !at.IP.IsUnspecified() {
		return []string{at.String()}
	}
	port := strconv.Itoa(at.Port)
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && (n.IP.To4() != nil || at.IP.To4() == nil) {
			all = append(all, net.JoinHostPort(n.IP.String(), port))
		}
	}
	return append(all, net.JoinHostPort("127.0.0.1", port))
}
