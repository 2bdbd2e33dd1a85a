package lab

import (
	"container/list"
	"net"
	"sync"
)

// cache keeps the answers of recent requests. An answer is a function of the
// request alone, so a class that opens one link computes once.
type cache struct {
	mu    sync.Mutex
	most  int // bytes
	held  int
	at    map[string]*list.Element
	order *list.List // the latest first
}

type cached struct {
	key    string
	answer []byte
}

func newCache(most int) *cache {
	return &cache{most: most, at: map[string]*list.Element{}, order: list.New()}
}

func (c *cache) get(name string, body []byte) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.at[name+"\n"+string(body)]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cached).answer, true
}

func (c *cache) put(name string, body, answer []byte) {
	key := name + "\n" + string(body)
	size := len(key) + len(answer)
	if size > c.most/16 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.at[key]; ok {
		return
	}
	c.at[key] = c.order.PushFront(cached{key, answer})
	c.held += size
	for c.held > c.most {
		e := c.order.Back()
		old := e.Value.(cached)
		c.held -= len(old.key) + len(old.answer)
		delete(c.at, old.key)
		c.order.Remove(e)
	}
}

// limitConn gives its slot back once.
type limitConn struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

func (c *limitConn) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}
