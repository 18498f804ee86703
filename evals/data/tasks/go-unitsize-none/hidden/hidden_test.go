package unitsize

import "testing"

func TestHiddenStoredQuotasKeepTheirMeaning(t *testing.T) {
	for text, want := range map[string]int64{"1.5KB": 1536, "1MB": 1 << 20, "2 GB": 2 << 30, "1TB": 1 << 40, "1k": 1024} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
		if got, err := JEDEC.Parse(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
}

func TestHiddenBothWaysAgree(t *testing.T) {
	for _, system := range []System{JEDEC, SI} {
		for _, text := range []string{"1.5KB", "1MB", "7B", "2.5GB"} {
			n, err := system.Parse(text)
			if got := system.Format(n); err != nil || got != text {
				t.Errorf("%s became %d and %s", text, n, got)
			}
		}
	}
}
