package steadfast

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

var quick = Policy{Attempts: 3, Pause: time.Millisecond}

func TestDoUntilItWorks(t *testing.T) {
	calls := 0
	err := Do(context.Background(), quick, func(context.Context) error {
		calls++
		if calls < 3 {
			return errors.New("no")
		}
		return nil
	})
	if err != nil || calls != 3 {
		t.Errorf("%v after %d", err, calls)
	}
}

func TestDoGivesUp(t *testing.T) {
	err := Do(context.Background(), quick, func(context.Context) error { return errors.New("no") })
	if err == nil || err.Error() != "after 3 attempts: no" {
		t.Errorf("%v", err)
	}
}

func TestStop(t *testing.T) {
	calls, wrong := 0, errors.New("wrong")
	err := Do(context.Background(), quick, func(context.Context) error { calls++; return Stop(wrong) })
	if err != wrong || calls != 1 {
		t.Errorf("%v after %d", err, calls)
	}
}

func TestPausesGrow(t *testing.T) {
	policy := Policy{Pause: time.Second, Factor: 2, Most: 5 * time.Second}
	for attempts, want := range map[int]time.Duration{1: 1e9, 2: 2e9, 3: 4e9, 4: 5e9, 99: 5e9} {
		if got := policy.pause(attempts); got != want {
			t.Errorf("after %d: %v", attempts, got)
		}
	}
}

func TestTransport(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		if calls < 3 {
			w.WriteHeader(503)
		}
	}))
	defer server.Close()
	client := &http.Client{Transport: &Transport{Policy: quick}}
	response, err := client.Get(server.URL)
	if err != nil || response.StatusCode != 200 || calls != 3 {
		t.Errorf("%v, %v after %d", response, err, calls)
	}
}
