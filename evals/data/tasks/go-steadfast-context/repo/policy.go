package steadfast

import "time"

// Policy says how often and after which pauses a call is tried again.
type Policy struct {
	// Attempts is how often the call is made at most; below 1 counts as 1.
	Attempts int
	// Pause is the time before the second attempt; each later one is Factor (at least 1) times as long, but not above Most (0: no bound).
	Pause  time.Duration
	Factor float64
	Most   time.Duration
}

// pause is the time after so many attempts.
func (p Policy) pause(attempts int) time.Duration {
	pause := float64(p.Pause)
	for n := 1; n < attempts; n++ {
		if p.Factor > 1 {
			pause *= p.Factor
		}
		if p.Most > 0 && pause > float64(p.Most) {
			return p.Most
		}
	}
	return time.Duration(pause)
}
