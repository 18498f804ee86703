"""Go's standard library, compiled once in the image: Go ships its source only, and every container has an empty cache.

Compiling it took three quarters of a small module's build and tests. The program `go` that commands find first gives
a new cache links to the compiled packages, which costs some milliseconds and no memory; what is compiled beside them
is written there. Tried before: all of the standard library, which takes 962 MB.
"""

CACHE = "/opt/go-cache"
ENVIRONMENT = "GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0 GOFLAGS=-buildvcs=false"
"""As the checks have it (`tools/toolchains/go.py`): another setting is another cache entry."""
PACKAGES = (
    *("bufio", "bytes", "context", "crypto/sha256", "embed", "encoding/base64", "encoding/hex", "encoding/json"),
    *("errors", "flag", "fmt", "io", "io/fs", "log", "maps", "math", "math/rand", "net/http", "net/http/httptest"),
    *("net/url", "os", "os/exec", "path/filepath", "reflect", "regexp", "runtime", "slices", "sort", "strconv"),
    *("strings", "sync", "sync/atomic", "testing", "testing/fstest", "text/template", "time", "unicode"),
    "unicode/utf8",
)
"""What most modules and their tests use, with all that these use."""

PROGRAM = f"""#!/bin/sh
export GOCACHE="${{GOCACHE:-/tmp/go-build}}"
mkdir "$GOCACHE" 2>/dev/null && cp -rs {CACHE}/. "$GOCACHE"
exec /usr/bin/go "$@"
"""

SEED = f"""\
RUN set -e; mkdir /tmp/seed; cd /tmp/seed; printf 'module seed\\n\\ngo 1.21\\n' > go.mod; \\
    printf 'package seed\\n\\nimport (\\n' > seed.go; \\
    for name in {" ".join(PACKAGES)}; do echo "_ \\"$name\\"" >> seed.go; done; echo ')' >> seed.go; \\
    printf 'package seed\\n\\nimport "testing"\\n\\nfunc TestSeed(t *testing.T) {{}}\\n' > seed_test.go; \\
    export HOME=/tmp GOCACHE={CACHE} {ENVIRONMENT}; go build ./...; go vet ./...; go test ./...; \\
    rm -r /tmp/seed /tmp/.config; chmod -R a+rX {CACHE}; \\
    printf '{PROGRAM.replace("%", "%%").encode("unicode_escape").decode()}' > /usr/local/bin/go; \\
    chmod 755 /usr/local/bin/go"""
"""The step of the image's recipe."""
