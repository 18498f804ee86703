package unitsize

import "testing"

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{
		"7": 7, "7B": 7, "1KB": 1024, "1.5KB": 1536, "10 MiB": 10 << 20, "2g": 2 << 30, "0.5mb": 512 << 10,
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
}

func TestSI(t *testing.T) {
	for text, want := range map[string]int64{"1KB": 1000, "1.5KB": 1500, "1KiB": 1024, "3MB": 3000000} {
		if got, err := SI.Parse(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
}

func TestFormat(t *testing.T) {
	for n, want := range map[int64]string{7: "7B", 1536: "1.5KB", 1 << 20: "1MB", 1023: "1023B"} {
		if got := Format(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if got := SI.Format(1500); got != "1.5KB" {
		t.Errorf("SI: %s", got)
	}
}

func TestMistakes(t *testing.T) {
	for _, text := range []string{"", "KB", "1.2.3", "5XB", "-1", "99999999PB"} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}
