package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/wire"
)

var _ = register(&command{
	name:  "party",
	usage: "play one player of a run against another process",
	about: "Runs Alice or Bob over TCP. Each process reads only its own half of the input; the code is the same as in crosscut run. " +
		"Before the first bit both sides check that they run the same model, parameters, split and public tokens. The wire carries the metered bits, " +
		"packed; framing is reported apart. The connection is neither encrypted nor private, so it stays on this machine unless --remote is given.",
	flags: flags(
		&cli.StringFlag{Name: "role", Usage: "who plays here: `alice|bob`"},
		&cli.StringFlag{Name: "listen", Usage: "wait for the other party at `HOST:PORT`"},
		&cli.StringFlag{Name: "connect", Usage: "call the other party at `HOST:PORT`"},
		&cli.BoolFlag{Name: "remote", Usage: "let --listen take an address that other machines reach"},
		ownFlag(), modelFlag(), weightsFlag(), quantiseFlag(),
		&cli.StringFlag{Name: "input", Usage: "read this player's half from `HALF.json`"},
		&cli.StringFlag{Name: "split", Usage: "who owns which tokens, as in run; must be what the half says"},
		setFlag(), readFlag(), answerFlag(), seedFlag(), memoryFlag(),
		&cli.StringFlag{Name: "transcript", Usage: "write all words and this half to `FILE`, for crosscut check"},
		&cli.DurationFlag{Name: "timeout", Value: 30 * time.Second, Usage: "how long to wait for the other party, to come and to go on"},
	),
	run: func(c *call) error {
		p, err := c.party()
		if err != nil {
			return err
		}
		var r *run.PartyResult
		if c.IsSet("listen") {
			r, err = c.listen(p)
		} else {
			r, err = p.Dial(c.Context, c.String("connect"))
		}
		switch {
		case c.Context.Err() != nil:
			return c.Context.Err()
		case errors.Is(err, wire.ErrPeer):
			return usagef("nothing was output; start both parties again with the same model, parameters and split", "%v", err)
		case err != nil:
			return err
		}
		for who, bits := range r.Formula {
			if got := r.Transcript.By(protocol.Player(who)); got != bits {
				return internal(fmt.Errorf("%v wrote %d bits, the formula gives %d", protocol.Player(who), got, bits))
			}
		}
		if c.IsSet("transcript") {
			if err := writeFile(c.String("transcript"), p.TranscriptFile(r).Write); err != nil {
				return err
			}
		}
		rec := p.Record(r)
		rec.Command = c.command()
		return c.emit(rec.Sheet())
	},
})

// listen opens the address, says where, and plays the one peer that comes.
func (c *call) listen(p *run.Party) (*run.PartyResult, error) {
	ln, err := wire.Listen(c.String("listen"), c.Bool("remote"))
	if err != nil {
		return nil, err
	}
	if !c.Bool("quiet") {
		fmt.Fprintf(c.stderr, "%v listens at %v\n", p.Half.Self, ln.Addr())
	}
	return p.Accept(c.Context, ln)
}

// party reads the flags of one player.
func (c *call) party() (*run.Party, error) {
	role, err := c.oneOf("role", []string{"alice", "bob"})
	if err != nil {
		return nil, err
	}
	if role == "" {
		return nil, usagef("give --role alice or --role bob", "flag --role is missing")
	}
	if _, err := c.one("listen", "connect"); err != nil {
		return nil, err
	}
	if c.IsSet("connect") {
		if err := c.refuse("only --listen has use for it", "drop it", "remote"); err != nil {
			return nil, err
		}
	}
	if c.Duration("timeout") <= 0 {
		return nil, usagef("give a time such as 30s", "flag --timeout: %v is not positive", c.Duration("timeout"))
	}
	if !c.IsSet("input") {
		return nil, usagef("give this player's half with --input HALF.json", "flag --input is missing")
	}
	data, err := c.readFile("input")
	if err != nil {
		return nil, err
	}
	self := protocol.Alice
	if role == "bob" {
		self = protocol.Bob
	}
	half, rest, read, err := c.half(data, self)
	if err != nil {
		return nil, err
	}
	job, err := run.ParseJob(half.Shape, half.Split.String(), read, c.String("answer"))
	if err != nil {
		return nil, err
	}
	if c.IsSet("split") {
		s, err := half.Shape.ParseSplit(c.String("split"))
		if err != nil {
			return nil, err
		}
		if s.String() != half.Split.String() {
			return nil, usagef("drop --split, or change the half", "flag --split: %s contradicts %s, which says %s", s, c.String("input"), half.Split)
		}
	}
	name := c.String("model")
	w, err := c.weights()
	if err != nil {
		return nil, err
	}
	var m models.Machine
	if w != nil {
		if err := c.refuseTranscript(); err != nil {
			return nil, err
		}
		if err := fits(w, half.Shape, c.String("input")); err != nil {
			return nil, err
		}
		name = w.Name()
		m, err = w.Quantised(c.Context, c.precision(), job.Split, c.Uint64("seed"))
	} else {
		m, err = c.partyMachine(half.Shape, rest)
	}
	if err != nil {
		return nil, err
	}
	return &run.Party{Model: name, Machine: m, Job: job, Half: half, Set: rest, Timeout: c.Duration("timeout")}, nil
}

// half reads this player's half, with the settings that are left for the model and the
// positions that are read.
func (c *call) half(data []byte, self protocol.Player) (half tasks.Half, rest models.Settings, read string, err error) {
	read = c.String("read")
	if c.IsSet("file") {
		if err := c.refuse("a trained model runs on a task of ours", "leave one out", "weights"); err != nil {
			return half, rest, read, err
		}
		o, err := c.ownFile()
		if err != nil {
			return half, rest, read, err
		}
		N, err := tasks.LengthOf(data)
		if err != nil {
			return half, rest, read, fmt.Errorf("%s: %w", c.String("input"), err)
		}
		in, err := c.ofLength(o, N)
		if err != nil {
			return half, rest, read, err
		}
		read = cmp.Or(read, tasks.Ranges(in.Reads))
		if half, err = tasks.ReadHalf(data, self, in.Shape.Params, in.To); err != nil {
			err = fmt.Errorf("%s: %w", c.String("input"), err)
		}
		return half, o.set, read, err
	}
	num, choice, err := c.settings()
	if err != nil {
		return half, rest, read, err
	}
	half, err = tasks.ReadHalf(data, self, nil)
	if err == nil {
		var sizes tasks.Params
		if sizes, rest = (models.Settings{Num: num, Choice: choice, Seed: c.Uint64("seed")}).ForTask(half.Shape.Task); len(sizes) > 0 {
			half, err = tasks.ReadHalf(data, self, sizes)
		}
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", c.String("input"), err)
	}
	return half, rest, read, err
}

func (c *call) partyMachine(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	if !c.IsSet("model") {
		return nil, usagef("name a model with --model; crosscut list models lists them", "flag --model is missing")
	}
	construct, err := c.builder(c.String("model"))
	if err != nil {
		return nil, err
	}
	return construct(sh, set)
}
