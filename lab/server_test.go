package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crosscut/internal/long"
)

// start serves the lab on a free loopback port.
func start(t testing.TB) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, false) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return "http://" + l.Addr().String()
}

func do(t testing.TB, method, url, body string, change func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	if change != nil {
		change(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(data)
}

func TestPages(t *testing.T) {
	url := start(t)
	code, header, html := do(t, "GET", url+"/", "", nil)
	if code != 200 {
		t.Fatalf("status %d", code)
	}
	for _, room := range []string{"Cut", "Grow", "Matrix", "Break", "Proof"} {
		if !strings.Contains(html, room) {
			t.Errorf("the room %s is not in the page", room)
		}
	}
	if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("policy %q", csp)
	}
	code, _, _ = do(t, "GET", url+"/app.js", "", func(r *http.Request) { r.Header.Set("If-None-Match", mustTag(t, url+"/app.js")) })
	if code != http.StatusNotModified {
		t.Errorf("a known page gives %d", code)
	}
}

func mustTag(t *testing.T, url string) string {
	_, header, _ := do(t, "GET", url, "", nil)
	return header.Get("ETag")
}

// The pages are small, load nothing from elsewhere, and have no inline script or
// style, which the policy would refuse.
func TestPagesStandAlone(t *testing.T) {
	total := 0
	elsewhere := regexp.MustCompile(`(https?:)?//[a-z0-9.-]+\.[a-z]{2,}`)
	inline := regexp.MustCompile(`(?i)<script(?:[^>]*)>[^<]|<style|\sstyle=|\son[a-z]+=`)
	err := fs.WalkDir(Pages(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(Pages(), name)
		total += len(data)
		for _, m := range elsewhere.FindAllString(string(data), -1) {
			if !strings.HasPrefix(m, "http://www.w3.org") {
				t.Errorf("%s names another host: %s", name, m)
			}
		}
		if strings.HasSuffix(name, ".html") {
			if m := inline.FindString(string(data)); m != "" {
				t.Errorf("%s: inline %q", name, m)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > 400_000 {
		t.Errorf("the pages are %d bytes", total)
	}
	t.Logf("%d bytes", total)
}

// A page elsewhere must not reach the lab through a name or a form.
func TestOtherOrigins(t *testing.T) {
	url := start(t)
	port := url[strings.LastIndex(url, ":"):]
	for _, c := range []struct {
		host, origin, site string
		want               int
	}{
		{"127.0.0.1" + port, "", "", 200},
		{"localhost" + port, "http://localhost" + port, "same-origin", 200},
		{"evil.example" + port, "", "", 421},
		{"127.0.0.1.evil.example" + port, "", "", 421},
		{"127.0.0.1:1", "", "", 421},
		{"", "", "", 421},
		{"127.0.0.1" + port, "http://evil.example", "", 403},
		{"127.0.0.1" + port, "null", "", 403},
		{"127.0.0.1" + port, "http://127.0.0.1:1", "", 403},
		{"127.0.0.1" + port, "", "cross-site", 403},
	} {
		r := httptest.NewRequest("POST", "/api/catalog", strings.NewReader("{}"))
		r.Host = c.host
		r.Header.Set("Content-Type", "application/json")
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		r.Header.Set("Sec-Fetch-Site", c.site)
		w := httptest.NewRecorder()
		addr, _ := net.ResolveTCPAddr("tcp", "127.0.0.1"+port)
		New(HostsOf(addr)).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("host %q, origin %q, site %q: %d, want %d", c.host, c.origin, c.site, w.Code, c.want)
		}
	}
	for _, c := range []struct {
		listen, host string
		want         bool
	}{
		{"0.0.0.0:80", "192.168.1.2:80", true}, {"0.0.0.0:80", "192.168.1.2", true}, {"0.0.0.0:80", "name.example:80", false},
		{"192.168.1.2:8000", "192.168.1.2:8000", true}, {"192.168.1.2:8000", "192.168.1.3:8000", false}, {"[::1]:8000", "[::1]:8000", true},
	} {
		addr, err := net.ResolveTCPAddr("tcp", c.listen)
		if err != nil {
			t.Fatal(err)
		}
		if got := HostsOf(addr)(c.host); got != c.want {
			t.Errorf("listening on %s, Host %s: %v", c.listen, c.host, got)
		}
	}
}

// malformed are requests that no page sends.
func malformed() (all []struct{ method, path, body string }) {
	add := func(method, path, body string) {
		all = append(all, struct{ method, path, body string }{method, path, body})
	}
	for _, op := range []string{"cut", "grow", "table", "matrix", "break", "sizes", "reduce", "claim"} {
		for _, body := range []string{"", "{", "[]", "null x", `"a"`, "{}}", `{"nobody":1}`, `{"n":1e99}`, `{"n":-1}`, "\x00\xff", `{"seed":-1}`} {
			add("POST", "/api/"+op, body)
		}
	}
	for _, body := range []string{
		`{"task":"match3","model":"attention","n":100000000}`, `{"task":"match3","model":"nobody","n":8}`, `{"task":"../../etc/passwd","model":"rnn","n":8}`,
		`{"task":"match3","model":"attention","n":8,"split":"alice:1-9"}`, `{"task":"match3","model":"attention","n":8,"set":{"p":1e300}}`,
		`{"task":"match3","model":"attention","n":8,"set":{"p":[1]}}`, `{"task":"match2","model":"attention","input":{"task":"match2","M":5,"tokens":[9]}}`,
		`{"task":"match2","model":"attention","n":8,"set":{"construction":"nobody"}}`, `{"task":"match2","model":"attention","n":8,"read":"99"}`,
		`{"task":"match2","model":"attention","n":8,"set":{"M":1e9}}`,
	} {
		add("POST", "/api/cut", body)
	}
	add("POST", "/api/matrix", `{"problem":"disj","n":40}`)
	add("POST", "/api/matrix", `{"rows":["01","2"]}`)
	add("POST", "/api/matrix", `{"rows":["01","0"]}`)
	add("POST", "/api/matrix", `{"rows":["`+strings.Repeat("0", 100)+`"]}`)
	add("POST", "/api/matrix", `{"problem":"disj","n":3,"rows":["0"]}`)
	add("POST", "/api/matrix", `{"task":"match3","n":12}`)
	add("POST", "/api/table", `{"task":"match3","model":"attention","ns":[100000000]}`)
	add("POST", "/api/break", `{"reduction":"disj-match3","model":"attention","n":1000}`)
	add("POST", "/api/reduce", `{"reduction":"disj-match3","n":3,"x":"0120"}`)
	add("POST", "/api/claim", `{"paper":"sanford2023","claim":"theorem 99"}`)
	add("POST", "/api/nobody", `{}`)
	add("POST", "/api/", `{}`)
	add("POST", "/api/cut", strings.Repeat(" ", 1<<17)+"{}")
	add("GET", "/api/cut", "")
	add("PUT", "/", "")
	add("DELETE", "/style.css", "")
	add("GET", "/../server.go", "")
	add("GET", "/%2e%2e/server.go", "")
	add("GET", "/static/index.html", "")
	add("GET", "/rooms/", "")
	return all
}

func TestMalformedRequests(t *testing.T) {
	url := start(t)
	all := malformed()
	for _, m := range all {
		code, _, body := do(t, m.method, url+m.path, m.body, nil)
		var answer struct{ Error string }
		if code < 400 || code > 499 || json.Unmarshal([]byte(body), &answer) != nil || answer.Error == "" {
			t.Errorf("%s %s %.60q: %d %.200s", m.method, m.path, m.body, code, body)
		}
	}
	if len(all) < 100 {
		t.Errorf("only %d requests", len(all))
	}
	if code, _, _ := do(t, "POST", url+"/api/cut", `{"task":"match2","model":"attention","n":8,"seed":1}`, nil); code != 200 {
		t.Errorf("afterwards a good request gives %d", code)
	}
}

// A form or an image of another page cannot ask: only JSON is read.
func TestOnlyJSON(t *testing.T) {
	url := start(t)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"} {
		code, _, _ := do(t, "POST", url+"/api/catalog", "{}", func(r *http.Request) { r.Header.Set("Content-Type", kind) })
		if code != http.StatusUnsupportedMediaType {
			t.Errorf("%q: %d", kind, code)
		}
	}
}

// What takes too long is refused with what to change.
func TestTooLong(t *testing.T) {
	s := New(func(string) bool { return true })
	s.limit = time.Nanosecond
	for _, c := range []struct{ op, body string }{
		{"table", `{"task":"match2","model":"attention","ns":[16,32],"seed":1}`},
		{"cut", `{"task":"match2","model":"attention","n":8,"seed":1}`},
	} {
		r := httptest.NewRequest("POST", "/api/"+c.op, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "smaller") {
			t.Errorf("%s: %d %s", c.op, w.Code, w.Body)
		}
	}
}

// A full house is told to come back; nothing queues without end.
func TestFullHouse(t *testing.T) {
	s := New(func(string) bool { return true })
	for range cap(s.waiting) {
		s.waiting <- struct{}{}
	}
	r := httptest.NewRequest("POST", "/api/catalog", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Two hundred readers at once, each through all rooms.
func TestManyReaders(t *testing.T) {
	url := start(t)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 250, MaxIdleConnsPerHost: 250}, Timeout: time.Minute}
	readers := long.Of(20, 200)
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	for k := range readers {
		wg.Go(func() {
			for _, step := range []struct{ path, body string }{
				{"/", ""}, {"/style.css", ""}, {"/app.js", ""}, {"/api/catalog", "{}"},
				{"/api/cut", fmt.Sprintf(`{"task":"match3","model":"attention","n":15,"seed":%d}`, k%20)},
				{"/api/grow", fmt.Sprintf(`{"inequality":"one-layer-match3","n":%d}`, 512+k)},
				{"/api/matrix", `{"problem":"disj","n":3}`},
				{"/api/break", `{"reduction":"disj-qsa-memory","model":"rnn","n":8,"set":{"m":3},"seed":1}`},
				{"/api/reduce", fmt.Sprintf(`{"reduction":"disj-match3","n":8,"x":"%08b"}`, k)},
			} {
				begin := time.Now()
				var resp *http.Response
				var err error
				if step.body == "" {
					resp, err = client.Get(url + step.path)
				} else {
					resp, err = client.Post(url+step.path, "application/json", strings.NewReader(step.body))
				}
				if err != nil {
					t.Error(err)
					return
				}
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if err != nil || resp.StatusCode != 200 {
					t.Errorf("%s: %d %v", step.path, resp.StatusCode, err)
				}
				mu.Lock()
				took = append(took, time.Since(begin))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	client.CloseIdleConnections()
	if len(took) != readers*9 {
		t.Fatalf("%d answers", len(took))
	}
	slices.Sort(took)
	t.Logf("%d requests of %d readers: median %v, 99 of 100 within %v", len(took), readers, took[len(took)/2], took[len(took)*99/100])
}

func TestShutdown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- Serve(ctx, l, false) }()
	if code, _, _ := do(t, "GET", "http://"+l.Addr().String()+"/", "", nil); code != 200 {
		t.Fatal(code)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the port is still open")
	}
}

func TestCacheForgets(t *testing.T) {
	c := newCache(1600)
	for k := range 100 {
		c.put("op", fmt.Append(nil, k), bytes.Repeat([]byte("x"), 50))
	}
	if c.held > 1600 || len(c.at) != c.order.Len() {
		t.Errorf("%d bytes are held", c.held)
	}
	if _, ok := c.get("op", []byte("0")); ok {
		t.Error("the oldest answer is still there")
	}
	if a, ok := c.get("op", []byte("99")); !ok || len(a) != 50 {
		t.Error("the latest answer is gone")
	}
	c.put("op", []byte("big"), make([]byte, 1000))
	if _, ok := c.get("op", []byte("big")); ok {
		t.Error("an answer too large was kept")
	}
}

// Whatever is asked, the server neither fails nor falls.
func FuzzAPI(f *testing.F) {
	for _, m := range malformed() {
		if op, ok := strings.CutPrefix(m.path, "/api/"); ok && m.method == "POST" && len(m.body) < 1000 {
			f.Add(op, m.body)
		}
	}
	f.Add("cut", `{"task":"qsa","model":"rnn","n":12,"split":"prefix:3","seed":7}`)
	f.Add("matrix", `{"rows":["01*","110"]}`)
	f.Add("reduce", `{"reduction":"index-qsa","n":3,"x":"011","y":"2"}`)
	s := New(func(string) bool { return true })
	f.Fuzz(func(t *testing.T, op, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.URL.Path = "/api/" + op
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %q: %d %s", op, body, w.Code, w.Body)
		}
	})
}

// Other origins may frame one page, and only where that was asked for.
func TestFraming(t *testing.T) {
	for _, embed := range []bool{false, true} {
		s := New(func(string) bool { return true })
		s.Embed = embed
		for path, may := range map[string]bool{"/": false, "/?embed": embed, "/app.js?embed": false, "/api/catalog?embed": false} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			if got := !strings.HasSuffix(w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'"); got != may {
				t.Errorf("embed %v: %s may be framed: %v", embed, path, got)
			}
		}
	}
}
