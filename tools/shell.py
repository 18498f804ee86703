"""A model's shell command, run so that the status of each of its parts is known and none lies."""

import shlex

SHOWN = 120
"""Characters of a failed part that are shown, and how many parts are."""
MOST = 10

# The last part's status is the command's own and stands in its first line: only what failed before it is told.
_PRELUDE = rf"""
exec 9<&-
unset BASH_ENV
pw_failed=()
trap 'pw_last=$? pw_parts=("${{PIPESTATUS[@]}}") pw_text=${{BASH_COMMAND%%$'\''\n'\''*}}
pw_text=${{pw_text:0:{SHOWN}}} pw_codes=${{pw_parts[*]}}
[ ${{#pw_parts[@]}} = 1 ] || pw_text="… | $pw_text" pw_codes=${{pw_codes// /|}}
[ ${{#pw_failed[@]}} -ge {MOST} ] || pw_failed+=("[exit code $pw_codes: $pw_text]")' ERR
trap 'pw_end=$?; [ "$pw_end" = 0 ] || [ "$pw_end" != "$pw_last" ] || unset "pw_failed[-1]"
[ ${{#pw_failed[@]}} = 0 ] || printf "\n%s" "${{pw_failed[@]}}" >&2' EXIT
"""


def honest(command: str) -> str:
    """A line for `sh` that runs `command` by bash, where there is one.

    The status of a pipe is that of its last failing part. What failed before the end is told
    after the output, one line each: `[exit code 1: make]`, and of a pipe all codes: `[exit code 3|0: … | tail -5]`.
    """
    quoted = shlex.quote(command)
    return (
        "if command -v bash >/dev/null; then\n"
        f"BASH_ENV=/dev/fd/9 exec bash -o pipefail -c {quoted} 9<<'PATCHWRIGHT'{_PRELUDE}PATCHWRIGHT\n"
        f"else exec sh -c {quoted}; fi"
    )
