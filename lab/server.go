// Package lab serves the browser lab: pages that are embedded in the binary, and a
// small JSON API over package engine. Nothing is fetched from another host, nothing
// is written, and no request names a file.
package lab

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"runtime"
	"strconv"
	"strings"
	"time"

	"crosscut/lab/engine"
)

//go:embed static
var embedded embed.FS

// Pages is the lab's folder of static files.
func Pages() fs.FS {
	sub, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// ClaimTime is the limit on one computation of a claim or a file, here and in every other server.
const ClaimTime = 8 * time.Second

// What all requests together may take.
const (
	computeTime = 2 * time.Second  // of one request, once it has its turn
	claimTime   = ClaimTime        // of a claim or a file: about a second of work, on a busy machine more
	turnTime    = 30 * time.Second // waiting for a turn
	mostWaiting = 512
	mostConns   = 1024
)

// Server is the lab's HTTP handler.
type Server struct {
	Embed bool // whether pages of other origins may frame /?embed

	hosts   func(host string) bool // which Host headers are this server's
	files   map[string]file
	turns   chan struct{} // one for each request that computes
	waiting chan struct{} // one for each request that waits or computes
	cache   *cache
	limit   time.Duration // of one computation
}

type file struct {
	body, kind, tag string
}

// policy is the Content-Security-Policy of every answer: this origin only, no
// inline script or style.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "

// framed says whether a request is for the one page that other pages may frame: a
// stage alone, and only where that was asked for.
func (s *Server) framed(r *http.Request) bool {
	return s.Embed && r.URL.Path == "/" && r.URL.Query().Has("embed")
}

// New makes a server that answers to the given Host headers.
func New(hosts func(host string) bool) *Server {
	s := &Server{
		hosts: hosts, files: map[string]file{},
		turns: make(chan struct{}, runtime.GOMAXPROCS(0)), waiting: make(chan struct{}, mostWaiting),
		cache: newCache(16 << 20), limit: computeTime,
	}
	err := fs.WalkDir(Pages(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(Pages(), name)
		sum := sha256.Sum256(data)
		kind := mime.TypeByExtension(path.Ext(name))
		if path.Ext(name) == ".js" {
			kind = "text/javascript; charset=utf-8"
		}
		s.files["/"+name] = file{string(data), kind, `"` + hex.EncodeToString(sum[:8]) + `"`}
		return err
	})
	if err != nil {
		panic(err) // the files are embedded
	}
	s.files["/"] = s.files["/index.html"]
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if s.framed(r) {
		h.Set("Content-Security-Policy", policy+"*")
	} else {
		h.Set("Content-Security-Policy", policy+"'none'")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if !s.hosts(r.Host) {
		fail(w, http.StatusMisdirectedRequest, "the Host header names another server", "open the address that crosscut serve printed")
		return
	}
	if o := r.Header.Get("Origin"); o != "" && o != "http://"+r.Host {
		fail(w, http.StatusForbidden, "a page of another origin asks", "open the address that crosscut serve printed")
		return
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
		fail(w, http.StatusForbidden, "a page of another site asks", "open the address that crosscut serve printed")
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok {
		s.api(w, r, name)
		return
	}
	f, ok := s.files[r.URL.Path]
	if !ok {
		fail(w, http.StatusNotFound, "there is no such page", "the lab is at /")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		fail(w, http.StatusMethodNotAllowed, "pages are read with GET", "")
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(f.body)))
	if r.Method == http.MethodGet {
		io.WriteString(w, f.body)
	}
}

// api answers POST /api/OPERATION with a JSON body.
func (s *Server) api(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		fail(w, http.StatusMethodNotAllowed, "operations are asked for with POST", "send a JSON object to /api/"+name)
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		fail(w, http.StatusUnsupportedMediaType, "the request is not application/json", "set Content-Type: application/json")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, engine.MaxRequest))
	if err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request is longer than %d bytes", engine.MaxRequest), "send less")
			return
		}
		fail(w, http.StatusBadRequest, "the request ended too early", "")
		return
	}
	answer, ok := s.cache.get(name, body)
	if !ok {
		if answer, err = s.compute(r.Context(), name, body); err != nil {
			s.refuse(w, err)
			return
		}
		s.cache.put(name, body, answer)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.Write(answer)
}

// errBusy is a request that found no turn.
var errBusy = errors.New("too many requests wait already")

// compute waits for a turn and asks the engine.
func (s *Server) compute(ctx context.Context, name string, body []byte) ([]byte, error) {
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return nil, errBusy
	}
	patience := time.NewTimer(turnTime)
	defer patience.Stop()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-patience.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if answer, ok := s.cache.get(name, body); ok { // another reader's turn gave it meanwhile
		return answer, nil
	}
	limit := s.limit
	if name == "claim" || name == "write" {
		limit = claimTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return engine.Handle(ctx, name, body)
}

func (s *Server) refuse(w http.ResponseWriter, err error) {
	var r *engine.Refusal
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "2")
		fail(w, http.StatusServiceUnavailable, err.Error(), "try again in a moment")
		return
	case errors.As(err, &r):
		switch r.Kind {
		case engine.Missing:
			status = http.StatusNotFound
		case engine.TooLarge, engine.TooLong:
			status = http.StatusUnprocessableEntity
		case engine.Bug:
			status = http.StatusInternalServerError
		}
	default: // the reader went away
		status = 499
	}
	send(w, status, engine.ErrorJSON(err))
}

func fail(w http.ResponseWriter, status int, message, hint string) {
	send(w, status, engine.ErrorJSON(&engine.Refusal{Message: message, Advice: hint}))
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// Serve answers on l until ctx ends, then gives running requests a moment. With embed,
// pages of other origins may frame a stage alone.
func Serve(ctx context.Context, l net.Listener, embed bool) error {
	handler := New(HostsOf(l.Addr()))
	handler.Embed = embed
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      turnTime + claimTime + 10*time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(limited(l, mostConns)) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if server.Shutdown(end) != nil {
		server.Close()
	}
	return nil
}

// HostsOf accepts the Host headers that name a listener: its address, or localhost
// on a loopback one. On an unspecified address any literal address is accepted; a
// name never is, so that no other site's name can be pointed here.
func HostsOf(addr net.Addr) func(string) bool {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return func(string) bool { return false }
	}
	return func(host string) bool {
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			name, port = strings.Trim(host, "[]"), "80"
		}
		if port != strconv.Itoa(tcp.Port) {
			return false
		}
		ip := net.ParseIP(name)
		switch {
		case tcp.IP.IsUnspecified():
			return ip != nil || name == "localhost"
		case tcp.IP.IsLoopback():
			return name == "localhost" || ip != nil && ip.IsLoopback()
		}
		return ip != nil && ip.Equal(tcp.IP)
	}
}

// limited accepts at most n connections at a time.
func limited(l net.Listener, n int) net.Listener {
	return &limitListener{l, make(chan struct{}, n)}
}

type limitListener struct {
	net.Listener
	slots chan struct{}
}

func (l *limitListener) Accept() (net.Conn, error) {
	l.slots <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &limitConn{Conn: c, free: l.slots}, nil
}
