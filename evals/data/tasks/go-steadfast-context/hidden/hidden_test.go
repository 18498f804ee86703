package steadfast

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type ownError struct{ code int }

func (e *ownError) Error() string { return "own" }

// within fails the test if f takes longer than a generous time.
func within(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(4 * time.Second):
		t.Fatal("it did not return")
	}
}

var slow = Policy{Attempts: 5, Pause: time.Hour}

func TestHiddenCancelEndsThePause(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	wrong, calls := errors.New("wrong"), 0
	within(t, func() {
		err := Do(ctx, slow, func(context.Context) error { calls++; time.AfterFunc(time.Millisecond, cancel); return wrong })
		if !errors.Is(err, context.Canceled) || !errors.Is(err, wrong) || calls != 1 {
			t.Errorf("%v after %d", err, calls)
		}
	})
}

func TestHiddenNoAttemptAfterCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	calls := 0
	err := Do(ctx, Policy{}, func(context.Context) error { calls++; return nil })
	if !errors.Is(err, context.Canceled) || calls != 0 {
		t.Errorf("%v after %d", err, calls)
	}
}

func TestHiddenNoPauseBeyondTheDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	wrong := errors.New("wrong")
	within(t, func() {
		err := Do(ctx, slow, func(context.Context) error { return wrong })
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, wrong) {
			t.Errorf("%v", err)
		}
	})
}

func TestHiddenErrorsAreFound(t *testing.T) {
	err := Do(context.Background(), quick, func(context.Context) error { return &ownError{7} })
	var own *ownError
	if !errors.As(err, &own) || own.code != 7 || err.Error() != "after 3 attempts: own" {
		t.Errorf("%v", err)
	}
}

func TestHiddenStopIsNotWaitedFor(t *testing.T) {
	wrong := errors.New("wrong")
	if err := Do(context.Background(), slow, func(context.Context) error { return Stop(wrong) }); err != wrong {
		t.Errorf("%v", err)
	}
}

// hiddenSigning reads the body, as a Base does that signs or logs it.
type hiddenSigning struct{}

func (hiddenSigning) RoundTrip(request *http.Request) (*http.Response, error) {
	signed := request.Clone(request.Context())
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		signed.Body, signed.GetBody, signed.ContentLength = io.NopCloser(bytes.NewReader(body)), nil, int64(len(body))
	}
	return http.DefaultTransport.RoundTrip(signed)
}

func serve(t *testing.T, statuses []int, header http.Header) (*httptest.Server, *[]string) {
	bodies := &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*bodies = append(*bodies, r.Method+" "+string(body))
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(statuses[min(len(*bodies), len(statuses))-1])
	}))
	t.Cleanup(server.Close)
	return server, bodies
}

func send(t *testing.T, server *httptest.Server, method, body string, header http.Header, policy Policy) int {
	request, err := http.NewRequest(method, server.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		request.Header = header
	}
	response, err := (&http.Client{Transport: &Transport{Base: hiddenSigning{}, Policy: policy}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestHiddenPostIsNotRepeated(t *testing.T) {
	server, bodies := serve(t, []int{503, 200}, nil)
	if got := send(t, server, "POST", "order", nil, quick); got != 503 || len(*bodies) != 1 {
		t.Errorf("%d, %q", got, *bodies)
	}
}

func TestHiddenPostWithAKeyIsRepeatedWithItsBody(t *testing.T) {
	server, bodies := serve(t, []int{503, 200}, nil)
	header := http.Header{"Idempotency-Key": {"k"}}
	if got := send(t, server, "POST", "order", header, quick); got != 200 || strings.Join(*bodies, "|") != "POST order|POST order" {
		t.Errorf("%d, %q", got, *bodies)
	}
}

func TestHiddenPutIsRepeatedWithItsBody(t *testing.T) {
	server, bodies := serve(t, []int{502, 504, 200}, nil)
	if got := send(t, server, "PUT", "value", nil, quick); got != 200 || strings.Join(*bodies, "|") != "PUT value|PUT value|PUT value" {
		t.Errorf("%d, %q", got, *bodies)
	}
}

func TestHiddenABodyThatCannotBeReadAgainIsNotRepeated(t *testing.T) {
	server, bodies := serve(t, []int{503, 200}, nil)
	request, _ := http.NewRequest("PUT", server.URL, io.NopCloser(strings.NewReader("once")))
	response, err := (&http.Client{Transport: &Transport{Base: hiddenSigning{}, Policy: quick}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 503 || strings.Join(*bodies, "|") != "PUT once" {
		t.Errorf("%d, %q", response.StatusCode, *bodies)
	}
}

func TestHiddenRetryAfterIsHeeded(t *testing.T) {
	server, bodies := serve(t, []int{503, 200}, http.Header{"Retry-After": {"1"}})
	begun := time.Now()
	if got := send(t, server, "GET", "", nil, quick); got != 200 || len(*bodies) != 2 {
		t.Errorf("%d, %q", got, *bodies)
	}
	if time.Since(begun) < 900*time.Millisecond {
		t.Error("it did not wait for the second that the server asked for")
	}
}

func TestHiddenTheLastResponseIsGiven(t *testing.T) {
	server, bodies := serve(t, []int{503}, nil)
	if got := send(t, server, "GET", "", nil, quick); got != 503 || len(*bodies) != 3 {
		t.Errorf("%d, %q", got, *bodies)
	}
}
