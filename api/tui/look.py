"""How the parts lie on the screen."""

CSS = """
Screen { background: $background; color: $foreground; }
Footer { background: $surface; }
#head { height: auto; max-height: 3; padding: 0 1; background: $surface; }
#tabs { height: 1; padding: 0 1; background: $surface; }
#body { height: 1fr; }
#find { dock: bottom; display: none; height: 1; border: none; padding: 0 1; background: $panel; }
#find.open { display: block; }
.side { width: 38; border-right: vkey $panel; }
.below { height: auto; max-height: 40%; border-top: hkey $panel; padding: 0 1; }
.note { height: auto; padding: 0 1; color: $foreground; }
ModalScreen { align: center middle; background: $background 60%; }
.dialog { width: 90%; max-width: 100; height: auto; max-height: 90%; padding: 1 2; }
.dialog { background: $surface; border: round $primary; }
.dialog.form { height: 90%; }
.dialog.form .fields { height: 1fr; }
.dialog.tall { height: 90%; max-width: 160; width: 95%; }
.dialog .title { text-style: bold; height: auto; margin-bottom: 1; }
.dialog .hint { color: $text-muted; height: auto; margin-top: 1; }
.dialog .text { height: auto; max-height: 20; }
.dialog .fields { height: auto; }
.dialog Input, .dialog TextArea, .dialog Select { background: $background; margin-bottom: 1; }
.dialog Input { border: none; border-left: outer $panel; height: 1; padding: 0 1; }
.dialog TextArea { border: none; border-left: outer $panel; height: 6; padding: 0 1; }
.dialog Input:focus, .dialog TextArea:focus { border-left: outer $accent; }
.dialog .label { color: $text-muted; height: 1; }
.row { height: auto; }
Toast { width: 60; max-width: 80%; }
"""
