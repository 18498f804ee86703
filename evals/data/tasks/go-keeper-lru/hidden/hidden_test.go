package keeper

import (
	"reflect"
	"testing"
	"time"
)

func TestHiddenOverwritingMakesNewest(t *testing.T) {
	c := New(3)
	for _, key := range []string{"a", "b", "c", "a", "d"} {
		c.Put(key, []byte(key))
	}
	if got := c.Keys(); !reflect.DeepEqual(got, []string{"d", "a", "c"}) {
		t.Errorf("keys %v", got)
	}
}

func TestHiddenBytesAfterOverwriting(t *testing.T) {
	c := New(3, WithMaxBytes(10))
	for n := 0; n < 100; n++ {
		c.Put("a", []byte("12345"))
	}
	c.Put("a", []byte("1"))
	c.Put("b", []byte("22"))
	if c.Bytes() != 3 || c.Stats().Evictions != 0 {
		t.Errorf("bytes %d, stats %+v", c.Bytes(), c.Stats())
	}
}

func TestHiddenBytesAfterDelete(t *testing.T) {
	c := New(3, WithMaxBytes(10))
	for n := 0; n < 10; n++ {
		c.Put("a", []byte("12345"))
		c.Delete("a")
	}
	if c.Bytes() != 0 {
		t.Errorf("bytes %d of an empty cache", c.Bytes())
	}
	c.Put("b", []byte("123456789"))
	if _, ok := c.Get("b"); !ok {
		t.Error("there is room for b")
	}
}

func TestHiddenTooLargeReplacesNothingOldRemains(t *testing.T) {
	c := New(3, WithMaxBytes(4))
	c.Put("a", []byte("old"))
	c.Put("a", []byte("too large"))
	if value, ok := c.Get("a"); ok && string(value) == "old" {
		t.Error("the old value is stale: what was written last was not kept, so nothing is there")
	}
	if _, ok := c.Get("a"); ok {
		t.Error("a value beyond the limit was kept")
	}
	if c.Bytes() != 0 {
		t.Errorf("bytes %d", c.Bytes())
	}
}

func TestHiddenOnEvictMayCallTheCache(t *testing.T) {
	var c *Cache
	done := make(chan int, 1)
	c = New(1, WithOnEvict(func(key string, _ []byte) { done <- c.Bytes() }))
	go func() {
		c.Put("a", []byte("1"))
		c.Put("b", []byte("22"))
	}()
	select {
	case bytes := <-done:
		if bytes != 2 {
			t.Errorf("bytes %d", bytes)
		}
	case <-time.After(3 * time.Second):
		t.Fatal("the callback waits for the cache that waits for it")
	}
}
