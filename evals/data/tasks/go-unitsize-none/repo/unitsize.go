// Package unitsize reads and writes sizes as people write them.
//
// KB, MB and so on are by 1024, as in JEDEC; System SI has them by 1000. See the README for why.
package unitsize

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// System is a custom of what K means.
type System struct {
	base  float64
	units []string
}

var (
	// JEDEC has KB by 1024. Parse and Format use it.
	JEDEC = System{1024, []string{"B", "KB", "MB", "GB", "TB", "PB"}}
	// SI has KB by 1000.
	SI = System{1000, []string{"B", "KB", "MB", "GB", "TB", "PB"}}
)

// Parse reads a size by JEDEC.
func Parse(text string) (int64, error) { return JEDEC.Parse(text) }

// Format writes a size by JEDEC.
func Format(n int64) string { return JEDEC.Format(n) }

// Parse reads a size such as "1.5KB", "10 MiB" or "7".
func (s System) Parse(text string) (int64, error) {
	trimmed := strings.TrimSpace(text)
	end := strings.IndexFunc(trimmed, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(trimmed)
	}
	value, err := strconv.ParseFloat(trimmed[:end], 64)
	if err != nil {
		return 0, fmt.Errorf("unitsize: %q is not a size", text)
	}
	factor, ok := s.factor(strings.ToUpper(strings.TrimSpace(trimmed[end:])))
	if !ok || value*factor > math.MaxInt64/2 {
		return 0, fmt.Errorf("unitsize: %q is not a size", text)
	}
	return int64(math.Round(value * factor)), nil
}

func (s System) factor(unit string) (float64, bool) {
	if unit == "" {
		return 1, true
	}
	base := s.base
	if strings.HasSuffix(unit, "IB") {
		base, unit = 1024, strings.TrimSuffix(unit, "IB")+"B"
	}
	for power, name := range s.units {
		if unit == name || unit+"B" == name {
			return math.Pow(base, float64(power)), true
		}
	}
	return 0, false
}

// Format writes a size with one digit after the point, if it needs one.
func (s System) Format(n int64) string {
	value, power := float64(n), 0
	for math.Abs(value) >= s.base && power < len(s.units)-1 {
		value /= s.base
		power++
	}
	text := strconv.FormatFloat(value, 'f', 1, 64)
	return strings.TrimSuffix(text, ".0") + s.units[power]
}
