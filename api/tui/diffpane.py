"""The patch: read, folded, searched, commented on, taken or sent back."""

import asyncio
import gc
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import Static

from patchwright.agent.following import Comment
from patchwright.agent.run import ENDED
from patchwright.api.difftext import warnings
from patchwright.api.naming import short
from patchwright.api.tui.desk import Desk, Pane, Stage
from patchwright.api.tui.dialogs import Ask, Pick, Sure, Words
from patchwright.api.tui.difflines import DiffLines, Piece, colours_of, with_following
from patchwright.api.tui.diffrows import DiffRow, Place, rows
from patchwright.api.tui.filetree import tree_rows
from patchwright.api.tui.lines import Lines, TextLines
from patchwright.api.tui.patchview import FileView, patch_view, provenance
from patchwright.api.tui.source import AcceptAs
from patchwright.api.wording import count

WIDE = 110
"""Columns from which on the files have a place beside the diff."""
SOON = 0.02
"""Seconds in which a picture is complete."""
WHOLE: Place = (-1, -1, -1)


class DiffPane(Pane):
    """The patch of a run that has ended."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "accept", "Accept"),
        Binding("c", "comment", "Comment"),
        Binding("C", "comment_on_all", "Comment on all", show=False),
        Binding("R", "request_changes", "Request changes"),
        Binding("v", "side_by_side", "Side by side"),
        Binding("space", "fold", "Fold"),
        Binding("z", "fold_all", "Fold all", show=False),
        Binding("f", "files", "Files"),
        Binding("right_square_bracket", "jump('hunk', 1)", "Next hunk", show=False),
        Binding("left_square_bracket", "jump('hunk', -1)", "Hunk before", show=False),
        Binding("right_curly_bracket", "jump('file', 1)", "Next file", show=False),
        Binding("left_curly_bracket", "jump('file', -1)", "File before", show=False),
    ]

    def __init__(self, desk: Desk, stage: Stage) -> None:
        super().__init__(desk, stage)
        self.files: tuple[FileView, ...] = ()
        self._patch: bytes | None = None
        self._asked_at = ""
        self._alarms: list[str] = []
        self._folded: set[tuple[int, int]] = set()
        self._paired = False
        self._views: dict[bool, list[DiffRow]] = {}
        """The rows below each other and beside each other, as long as nothing is folded or said anew."""
        self._comments: dict[Place, str] = {}
        self._unpainted: list[Piece] = []
        self._painter = ThreadPoolExecutor(1, "colours")

    def compose(self) -> ComposeResult:
        """What it is, the files, the diff."""
        yield Static(classes="note", id="about", markup=False)
        with Horizontal():
            yield TextLines(self.desk.ink, id="files")
            yield DiffLines(self.desk.pen, self._paint)

    def main(self) -> Lines:
        """The diff."""
        return self.query_one(DiffLines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that mean something now are offered."""
        if action == "request_changes":
            return bool(self._comments)
        return self._patch is not None

    def on_mount(self) -> None:
        """The files lie beside."""
        self.query_one("#files").add_class("side")
        self.query_one("#files").display = self.desk.size.width >= WIDE

    def on_unmount(self) -> None:
        """Nothing is coloured any more."""
        self._painter.shutdown(wait=False, cancel_futures=True)

    def on_resize(self, event: Resize) -> None:
        """Files come and go with the width, unless the keys are there."""
        files = self.query_one("#files", TextLines)
        if not files.has_focus:
            files.display = event.size.width >= WIDE

    def heard(self) -> None:
        """The patch is there once the run has ended."""
        run = self.stage.run
        if run is not None and run.status != self._asked_at:
            self._asked_at = run.status
            self.desk.work(self._fetch())

    async def _fetch(self) -> None:
        source, run_id = self.desk.source, self.stage.run_id
        patch = await self.desk.glance(lambda: source.patch(run_id))
        if patch is None:
            self._say_none()
        elif patch != self._patch:
            self._patch = patch
            report = await self.desk.glance(lambda: source.report(run_id))
            plans = await self.desk.glance(lambda: source.plans(run_id)) or []
            self.files = await self.desk.see(lambda: patch_view(patch, provenance(report, plans)))
            self._alarms = await self.desk.see(lambda: _alarms(self.files))
            self._comments = _remembered(self.desk.drafts.get(run_id, "comments"))
            paired = await self.desk.see(lambda: self._rows(paired=True))
            self._show()
            self._views[True] = paired  # before it is asked for
            self.query_one("#files", TextLines).put(tree_rows(self.desk.pen, self.files))
            gc.freeze()  # a patch stays as it is: the collector need not look through its lines at every pass

    def _say_none(self) -> None:
        run = self.stage.run
        ended = run is not None and run.status in ENDED
        words = f"There is no patch: {run.reason}" if ended and run else "There is no patch yet."
        self.query_one("#about", Static).update(self.desk.pen.line((words, self.desk.ink.quiet)))

    # showing

    def _show(self) -> None:
        """Something of it is different."""
        self._views.clear()
        self._show_view()

    def _rows(self, *, paired: bool) -> list[DiffRow]:
        return rows(self.files, self._alarms, self._folded, self._comments, paired=paired)

    def _show_view(self) -> None:
        if self._paired not in self._views:
            self._views[self._paired] = self._rows(paired=self._paired)
        self.query_one(DiffLines).put(self.files, self._views[self._paired])
        self.query_one("#about", Static).update(self._about())
        self.refresh_bindings()

    def _about(self) -> Text:
        ink, run = self.desk.ink, self.stage.run
        added, removed = sum(file.added for file in self.files), sum(file.removed for file in self.files)
        text = Text.assemble(
            (count(len(self.files), "file"), ink.strong),
            (f"  +{added}", ink.added_mark),
            (f" -{removed}", ink.removed_mark),
        )
        if run is not None:
            text.append(f"  {run.verdict}", ink.good if run.verdict == "verified" else ink.notice)
            text.append("  accepted" if run.status == "accepted" else "", ink.good)
        if self._comments:
            text.append(f"  {count(len(self._comments), 'comment')}: R requests the changes", ink.notice)
        return text

    def _row(self) -> DiffRow | None:
        lines = self.query_one(DiffLines)
        return lines.rows[lines.cursor] if lines.rows else None

    def _paint(self, piece: Piece) -> None:
        self._unpainted.append(piece)
        if len(self._unpainted) == 1:
            self.desk.work(self._painted())

    async def _painted(self) -> None:
        """All pieces that one picture calls for are coloured together, so that it is drawn once more and not often."""
        await asyncio.sleep(SOON)
        files, pen = self.files, self.desk.pen
        pieces, self._unpainted = with_following(files, self._unpainted), []
        work = asyncio.get_running_loop().run_in_executor
        found = await work(self._painter, lambda: {piece: colours_of(pen, files[piece[0]], piece) for piece in pieces})
        if files is self.files:
            self.query_one(DiffLines).coloured(found)

    # moving

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """The file of the chosen row is the chosen one in the tree."""
        row = self._row()
        if event.lines.id == "diff" and row is not None:
            tree = self.query_one("#files", TextLines)
            at = next((at for at, (_, tag) in enumerate(tree.rows) if tag == row.file), None)
            if at is not None and tree.cursor != at:
                tree.go(at)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        """Enter in the tree goes to the file; in the diff it folds."""
        if event.lines.id == "diff":
            self.action_fold()
            return
        tag = self.query_one("#files", TextLines).tag(event.at)
        lines = self.query_one(DiffLines)
        if isinstance(tag, int):
            at = next(at for at, row in enumerate(lines.rows) if row.kind == "file" and row.file == tag)
            lines.focus()
            lines.go(at, top=True)

    def action_jump(self, kind: str, by: int) -> None:
        """To the next hunk or file, at the top of the screen."""
        lines = self.query_one(DiffLines)
        if lines.next_line(by, lambda at: lines.rows[at].kind == kind):
            lines.go(lines.cursor, top=True)

    def action_files(self) -> None:
        """To the files and back."""
        tree, lines = self.query_one("#files", TextLines), self.query_one(DiffLines)
        if tree.has_focus:
            tree.display = self.desk.size.width >= WIDE
            lines.focus()
        else:
            tree.display = True
            tree.focus()

    def action_side_by_side(self) -> None:
        """Old and new beside each other, or below."""
        row = self._row()
        self._paired = not self._paired
        self._show_view()
        self._to(row)

    def action_fold(self) -> None:
        """The chosen hunk or file: hidden, or shown again."""
        row = self._row()
        if row is None or row.file < 0:
            return
        hunk = -1 if row.kind in ("file", "note") else row.hunk
        self._folded ^= {(row.file, hunk)}
        self._show()
        self._to(DiffRow("file" if hunk < 0 else "hunk", row.file, hunk))

    def action_fold_all(self) -> None:
        """Only the names of the files, or all again."""
        row = self._row()
        every = {(at, -1) for at in range(len(self.files))}
        self._folded = set() if every <= self._folded else every
        self._show()
        self._to(DiffRow("file", row.file) if row else None)

    def _to(self, row: DiffRow | None) -> None:
        """To where that row is now, or what is nearest to it."""
        lines = self.query_one(DiffLines)
        if row is None:
            return
        wanted: list[Callable[[DiffRow], object]] = [
            lambda one: (
                (one.file, one.hunk) == (row.file, row.hunk)
                and {row.line, row.other} - {-1} & {one.line, one.other} - {-1}
            ),
            lambda one: (one.kind, one.file, one.hunk) == (row.kind, row.file, row.hunk),
            lambda one: one.file == row.file,
        ]
        for fits in wanted:
            at = next((at for at, one in enumerate(lines.rows) if fits(one)), None)
            if at is not None:
                lines.go(at)
                return

    # commenting

    def action_comment(self) -> None:
        """Words on the chosen line, or on the file."""
        row = self._row()
        if row is not None:
            line = row.line if row.line >= 0 else row.other
            on_line = row.kind in ("line", "pair", "comment") and row.hunk >= 0
            self._write((row.file, row.hunk, line) if on_line else (row.file, -1, -1))

    def action_comment_on_all(self) -> None:
        """Words on the whole patch."""
        self._write(WHOLE)

    def _write(self, place: Place) -> None:
        title = f"Comment on {self._named(place)}"
        hint = "Ctrl+S or Esc: keep it (R sends all)   empty: no comment"
        self.desk.ask(Words(title, self._comments.get(place, ""), hint), lambda said: self._written(place, said))

    def _named(self, place: Place) -> str:
        comment = self._comment(place, "")
        path = self.desk.pen.clean(comment.path)
        return f"{path} line {comment.line}" if comment.line else path or "the whole patch"

    def _written(self, place: Place, said: tuple[bool, str] | None) -> None:
        words = said[1] if said else ""
        self._comments = {**self._comments, place: words}
        self._comments = {place: words for place, words in self._comments.items() if words}
        self._remember()
        row = self._row()
        self._show()
        self._to(row)

    def _remember(self) -> None:
        kept = json.dumps([[*place, words] for place, words in self._comments.items()]) if self._comments else ""
        self.desk.drafts.put(self.stage.run_id, "comments", kept)

    def _comment(self, place: Place, words: str) -> Comment:
        at, hunk, number = place
        if at < 0:
            return Comment(text=words)
        file = self.files[at]
        if hunk < 0:
            return Comment(path=file.path, text=words)
        lines = file.hunks[hunk].lines
        line = lines[number]
        quoted = "\n".join(f"{one.mark}{one.text}" for one in lines[max(0, number - 2) : number + 1])
        return Comment(path=file.path, line=line.new or line.old, old=not line.new, quoted=quoted, text=words)

    def action_request_changes(self) -> None:
        """Ask once more, then begin a run that follows."""
        if not self._comments:
            self.desk.tell("Comment first: c on a line, C on the whole patch.")
            return
        ink, pen = self.desk.ink, self.desk.pen
        lines = [
            pen.line((f"{self._named(place)}: ", ink.accent), words.replace("\n", " ")[:200])
            for place, words in self._comments.items()
        ]
        lines += [Text(""), pen.line("A new run on the same base makes the patch again with these changes.")]
        self.desk.ask(Sure(f"Request changes with {count(len(self._comments), 'comment')}?", lines), self._request)

    def _request(self, answer: str | None) -> None:
        if answer is not None:
            self.desk.work(self._requested())

    async def _requested(self) -> None:
        comments = [self._comment(place, words) for place, words in sorted(self._comments.items())]
        new = await self.desk.attempt(lambda: self.desk.hands.request_changes(self.stage.run_id, comments))
        if new is not None:
            self._comments = {}
            self._remember()
            self._show()
            self.desk.tell(f"Run {short(new)} follows this one.")
            self.desk.open_run(new)

    # accepting

    def action_accept(self) -> None:
        """Where the patch goes."""
        run = self.stage.run
        if run is None or self._patch is None:
            self.desk.tell("There is no patch to accept.")
            return
        choices: list[tuple[str, AcceptAs, str]] = [
            ("c", "checkout", f"into the checkout {run.issue.repository}: changed files, nothing staged"),
            ("b", "branch", "as a new branch there, the working copy left alone"),
            ("p", "file", "as a patch file"),
        ]
        self.desk.ask(Pick(self.desk.ink, f"Accept this patch ({run.verdict})", choices), self._where)

    def _where(self, how: AcceptAs | None) -> None:
        run = self.stage.run
        if how is None or run is None:
            return
        name = short(self.stage.run_id)
        asks: dict[AcceptAs, tuple[str, str]] = {
            "checkout": ("The checkout that is changed", run.issue.repository),
            "branch": ("The name of the new branch", f"patchwright/{name}"),
            "file": ("The file", str(Path.cwd() / f"patchwright-{name}.diff")),
        }
        title, value = asks[how]
        self.desk.ask(Ask(title, value), lambda where: self._accept(how, where))

    def _accept(self, how: AcceptAs, where: str | None) -> None:
        if where:
            self.desk.work(self._accepted(how, where))

    async def _accepted(self, how: AcceptAs, where: str) -> None:
        done = await self.desk.attempt(lambda: self.desk.hands.accept(self.stage.run_id, how, where))
        if done is not None:
            self.desk.tell(done)
            self._show()


def _alarms(files: tuple[FileView, ...]) -> list[str]:
    """What in the patch is not what it seems (OUT-04), with the place of each."""
    found = list[str]()
    for file in files:
        found += warnings("name of a file", file.path)
        for hunk in file.hunks:
            for line in hunk.lines:
                if line.mark == "+" and not line.text.isascii():
                    found += warnings(f"{file.path}:{line.new}", line.text)
    return ["Look twice: this text is not what it seems.", *(f"  {one}" for one in found[:20])] if found else []


def _remembered(kept: str) -> dict[Place, str]:
    """Comments of a former look at this patch."""
    return {(int(file), int(hunk), int(line)): str(words) for file, hunk, line, words in json.loads(kept or "[]")}
