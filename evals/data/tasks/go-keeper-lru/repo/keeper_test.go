package keeper

import (
	"reflect"
	"testing"
)

func TestOldestMakesRoom(t *testing.T) {
	c := New(2)
	for _, key := range []string{"a", "b", "c"} {
		c.Put(key, []byte(key))
	}
	if got := c.Keys(); !reflect.DeepEqual(got, []string{"c", "b"}) {
		t.Errorf("keys %v", got)
	}
	if c.Stats().Evictions != 1 {
		t.Errorf("stats %+v", c.Stats())
	}
}

func TestGetMakesNewest(t *testing.T) {
	c := New(2)
	c.Put("a", nil)
	c.Put("b", nil)
	c.Get("a")
	c.Put("c", nil)
	if _, ok := c.Get("b"); ok {
		t.Error("b was used before a")
	}
}

func TestBytesAreLimited(t *testing.T) {
	c := New(10, WithMaxBytes(5))
	c.Put("a", []byte("123"))
	c.Put("b", []byte("45"))
	c.Put("c", []byte("6"))
	if got := c.Keys(); !reflect.DeepEqual(got, []string{"c", "b"}) || c.Bytes() != 3 {
		t.Errorf("keys %v, bytes %d", got, c.Bytes())
	}
	c.Put("d", []byte("too large"))
	if _, ok := c.Get("d"); ok {
		t.Error("a value beyond the limit was kept")
	}
}

func TestDelete(t *testing.T) {
	c := New(1)
	c.Put("a", nil)
	if !c.Delete("a") || c.Delete("a") {
		t.Error("a key is deleted once")
	}
}

func TestEvictionIsTold(t *testing.T) {
	var gone []string
	c := New(1, WithOnEvict(func(key string, _ []byte) { gone = append(gone, key) }))
	c.Put("a", nil)
	c.Put("b", nil)
	if !reflect.DeepEqual(gone, []string{"a"}) {
		t.Errorf("told %v", gone)
	}
}
