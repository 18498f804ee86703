// Package steadfast makes calls that are tried again.
package steadfast

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type stop struct{ error }

func (s stop) Unwrap() error { return s.error }

// Stop wraps an error that is not worth another attempt. Do returns the error itself.
func Stop(err error) error {
	if err == nil {
		return nil
	}
	return stop{err}
}

// Do calls f until it returns nil, as often as the policy says.
func Do(ctx context.Context, policy Policy, f func(context.Context) error) error {
	var last error
	for attempt := 1; ; attempt++ {
		last = f(ctx)
		if last == nil {
			return nil
		}
		var stopped stop
		if errors.As(last, &stopped) {
			return stopped.error
		}
		if attempt >= policy.Attempts {
			return fmt.Errorf("after %d attempts: %v", attempt, last)
		}
		time.Sleep(policy.pause(attempt))
	}
}
