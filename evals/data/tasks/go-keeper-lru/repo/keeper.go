// Package keeper is a cache in memory that throws out what was not used for longest.
package keeper

import (
	"container/list"
	"fmt"
	"sync"
)

// Cache keeps at most a number of entries, and of bytes. It is safe for use by several goroutines.
type Cache struct {
	mu       sync.RWMutex
	entries  map[string]*list.Element
	order    *list.List // the newest first
	limit    int
	maxBytes int
	bytes    int
	stats    Stats
	onEvict  func(key string, value []byte)
}

// Stats counts what happened.
type Stats struct {
	Hits, Misses, Evictions int
}

type entry struct {
	key   string
	value []byte
}

// Option changes a new cache.
type Option func(*Cache)

// WithMaxBytes limits the bytes of all values together.
func WithMaxBytes(n int) Option {
	return func(c *Cache) { c.maxBytes = n }
}

// WithOnEvict is told what was thrown out. It may call the cache.
func WithOnEvict(f func(key string, value []byte)) Option {
	return func(c *Cache) { c.onEvict = f }
}

// New makes a cache of at most limit entries. It panics if limit is below 1.
func New(limit int, options ...Option) *Cache {
	if limit < 1 {
		panic(fmt.Sprintf("keeper: a limit of %d", limit))
	}
	c := &Cache{entries: map[string]*list.Element{}, order: list.New(), limit: limit}
	for _, option := range options {
		option(c)
	}
	return c
}

// Get gives the value of a key, which is now the newest.
func (c *Cache) Get(key string) ([]byte, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	element, ok := c.entries[key]
	if !ok {
		c.stats.Misses++
		return nil, false
	}
	c.stats.Hits++
	c.order.MoveToFront(element)
	return element.Value.(*entry).value, true
}

// Put keeps a value as the newest.
func (c *Cache) Put(key string, value []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.maxBytes > 0 && len(value) > c.maxBytes {
		return
	}
	if element, ok := c.entries[key]; ok {
		element.Value.(*entry).value = value
		c.bytes += len(value)
	} else {
		c.entries[key] = c.order.PushFront(&entry{key, value})
		c.bytes += len(value)
	}
	for c.order.Len() > c.limit || (c.maxBytes > 0 && c.bytes > c.maxBytes && c.order.Len() > 0) {
		c.evict()
	}
}

// Delete forgets a key and says whether it was there.
func (c *Cache) Delete(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if ok {
		c.order.Remove(element)
		delete(c.entries, key)
	}
	return ok
}

func (c *Cache) evict() {
	last := c.order.Back()
	gone := c.order.Remove(last).(*entry)
	delete(c.entries, gone.key)
	c.bytes -= len(gone.value)
	c.stats.Evictions++
	if c.onEvict != nil {
		c.onEvict(gone.key, gone.value)
	}
}

// Keys are all keys, the newest first.
func (c *Cache) Keys() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	keys := make([]string, 0, c.order.Len())
	for element := c.order.Front(); element != nil; element = element.Next() {
		keys = append(keys, element.Value.(*entry).key)
	}
	return keys
}

// Bytes is the size of all values together.
func (c *Cache) Bytes() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.bytes
}

// Stats is what happened so far.
func (c *Cache) Stats() Stats {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.stats
}
