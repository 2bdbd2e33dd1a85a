package script

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Limits on a user's code. It runs in a child process, because Starlark's own
// step limit bounds neither time nor memory: [0]*(1<<28) is nine steps and four
// gigabytes, and a built-in cannot be cancelled.
type Limits struct {
	Memory uint64        // resident bytes; 0: 512 MB
	Call   time.Duration // wall time of one call; 0: 10 s
}

func (l Limits) filled() Limits {
	if l.Memory == 0 {
		l.Memory = 512 << 20
	}
	if l.Call == 0 {
		l.Call = 10 * time.Second
	}
	return l
}

// Error says that a user's file is unusable: syntax, a run-time error, an
// endless loop, too much memory, an unknown name. It names file and line.
type Error struct {
	Msg, Help string
	// Source is the line of the file with a caret below the place; may be "".
	Source string
	cause  error // may be nil
}

func (e *Error) Error() string { return e.Msg }

// Unwrap is the system's error, of a file that cannot be read.
func (e *Error) Unwrap() error { return e.cause }

// Hint is what to try.
func (e *Error) Hint() string { return e.Help }

// Excerpt is the line at fault and a caret, two lines, or "".
func (e *Error) Excerpt() string { return e.Source }

func errorf(format string, args ...any) error { return &Error{Msg: fmt.Sprintf(format, args...)} }

func hinted(hint, format string, args ...any) error {
	return &Error{Msg: fmt.Sprintf(format, args...), Help: hint}
}

// fault is an error that the child reports, with the line of the file.
func (p *process) fault(r reply) error {
	e := &Error{Msg: r.Error, Help: r.Hint}
	lines := strings.Split(p.source, "\n")
	known := r.Line >= 1 && r.Line <= len(lines)
	if e.Help == "" && known {
		e.Help = hintFor(r.Error, lines[r.Line-1])
	} else if e.Help == "" {
		e.Help = hintFor(r.Error+": in ", "")
	}
	if !known {
		return e
	}
	line := []rune(strings.TrimRight(lines[r.Line-1], "\r"))
	at := min(max(r.Col-1, 0), len(line))
	from := max(0, at-60) // a window of a long line
	line, at = line[from:min(len(line), from+100)], at-from
	pad := make([]rune, at)
	for k := range pad {
		if pad[k] = ' '; line[k] == '\t' {
			pad[k] = '\t'
		}
	}
	e.Source = "    " + string(line) + "\n    " + string(pad) + "^"
	return e
}

// process is a running child. Calls are serialised.
type process struct {
	mu     sync.Mutex
	ctx    context.Context
	name   string
	source string
	funcs  map[string]function
	limits Limits
	host   *host
	enc    *json.Encoder
	lines  chan line
	dead   error
	until  time.Time // when calls end for good; zero: never
	// traffic is the bytes of all arguments and replies so far.
	traffic int
	// calls are those of the file's functions so far, by the one that was asked for: those
	// of answer in a batch stand with task.
	calls map[string]int
	// effort is that of all batches so far.
	effort int64
	stop   func() bool
}

type line struct {
	reply reply
	err   error
}

// start runs the child and loads the file into it.
func start(ctx context.Context, name, source string, limits Limits) (*process, reply, error) {
	h, err := spawn()
	if err != nil {
		return nil, reply{}, fmt.Errorf("script: starting the child process: %w", err)
	}
	p := &process{ctx: ctx, name: name, source: source, limits: limits.filled(), host: h, enc: json.NewEncoder(h.in), lines: make(chan line, 256), calls: map[string]int{}}
	p.stop = h.killed(ctx)
	go func() {
		dec := json.NewDecoder(bufio.NewReaderSize(h.out, 1<<16))
		for {
			var l line
			l.err = dec.Decode(&l.reply)
			p.lines <- l
			if l.err != nil {
				return
			}
		}
	}()
	if err := p.enc.Encode(request{Name: name, Source: source, Memory: p.limits.Memory, Call: p.limits.Call}); err != nil {
		p.close()
		return nil, reply{}, fmt.Errorf("script: %w", err)
	}
	const itself = "the file itself"
	r, err := p.receive(itself)
	for ; err == nil && r.Beat; r, err = p.receive(itself) {
		p.funcs = map[string]function{itself: {Line: r.Line}}
	}
	if err == nil && r.Error != "" {
		if err = misfit(name, r.Funcs); err == nil {
			err = p.fault(r)
		}
	}
	if err != nil {
		p.close()
		return nil, reply{}, err
	}
	p.funcs = r.Funcs
	return p, r, nil
}

// do sends one request and waits for its reply.
func (p *process) do(req request) (reply, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.send(req)
}

// send is do where p.mu is held. A batch that goes on has the time of a call anew.
func (p *process) send(req request) (r reply, err error) {
	if p.dead != nil {
		return r, p.dead
	}
	p.traffic += len(req.Args)
	if err := p.enc.Encode(req); err != nil {
		return r, p.died(req.Fn, err)
	}
	for again := true; again; again = r.Beat {
		if r, err = p.receive(req.Fn); err != nil {
			return r, err
		}
	}
	p.traffic += len(r.Value)
	p.calls[req.Fn] += r.Calls
	p.effort += r.Effort
	for _, v := range r.Results {
		p.traffic += len(v)
	}
	if r.Error != "" {
		err = p.fault(r)
	}
	return r, err
}

// grace is how long the child may take to notice that a call is over.
const grace = 2 * time.Second

// receive waits for one reply, and ends the child when that takes too long or
// the child grows too large.
func (p *process) receive(fn string) (reply, error) {
	select {
	case l := <-p.lines:
		return p.got(l, fn)
	default:
	}
	limit, late := p.limits.Call+grace, false
	if left := time.Until(p.until); !p.until.IsZero() && left < limit {
		limit, late = max(0, left), true
	}
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case l := <-p.lines:
			return p.got(l, fn)
		case <-deadline.C:
			if late {
				return reply{}, p.end(context.DeadlineExceeded)
			}
			return reply{}, p.end(hinted(hintFor(tooLong(0), ""), "%s: %s %s", p.at(fn), fn, tooLong(p.limits.Call)))
		case <-tick.C:
			if p.host.resident() > p.limits.Memory {
				return reply{}, p.end(p.tooLarge(fn))
			}
		}
	}
}

func (p *process) got(l line, fn string) (reply, error) {
	if l.err != nil {
		return reply{}, p.died(fn, l.err)
	}
	return l.reply, nil
}

// at is where a function stands.
func (p *process) at(fn string) string {
	if line := p.funcs[fn].Line; line > 0 {
		return fmt.Sprintf("%s:%d", p.name, line)
	}
	return p.name
}

func (p *process) tooLarge(fn string) error {
	return hinted("hold less at once, or validate at a smaller --n", "%s: %s needs more than %d MB of memory", p.at(fn), fn, p.limits.Memory>>20)
}

func (p *process) end(why error) error {
	p.dead = why
	p.close()
	return why
}

// died explains why the child is gone: why is what was noticed first.
func (p *process) died(fn string, why error) error {
	if p.dead != nil {
		return p.dead
	}
	p.host.in.Close()
	err := p.host.wait()
	if p.ctx.Err() != nil {
		return p.end(p.ctx.Err())
	}
	if p.host.starved(err) {
		return p.end(p.tooLarge(fn))
	}
	if err == nil { // it ended because it was left
		return p.end(fmt.Errorf("script: internal: %s: %s: %w", p.name, fn, why))
	}
	return p.end(errorf("%s: %s ended its process: %v %s", p.name, fn, err, oneLine(p.host.stderr.String())))
}

func (p *process) close() {
	p.stop()
	p.host.in.Close()
	p.host.kill()
	p.host.wait() // reaps it; how it ended is known already
	if p.dead == nil {
		p.dead = errors.New("script: the file was closed")
	}
}
