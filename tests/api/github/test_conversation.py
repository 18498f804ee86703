"""From a comment to a draft pull request, against a GitHub on loopback."""

from patchwright.evals.github.hub import branch
from tests.api.github.stage import Stage, git


def test_a_comment_becomes_a_plan_an_approval_a_branch_and_a_draft_pull_request(stage: Stage) -> None:
    issue = stage.issue()
    asked = stage.say(issue.number, "/patchwright fix")
    assert stage.reactions(asked) == {"eyes"}
    (shown,) = stage.ours(issue.number)
    assert "has a plan that waits for your decision" in shown
    assert "- [ ] 1. Mend it: `word.txt`" in shown
    assert f"/patchwright approve {stage.hash()}" in shown
    assert stage.pulls() == []
    main = branch(stage.home, "main")
    stage.say(issue.number, f"/patchwright approve {stage.hash()}")
    (shown,) = stage.ours(issue.number)
    assert "patch, verified" in shown and "- [x] 1. Mend it" in shown
    (pull,) = stage.pulls()
    assert f"Draft pull request: #{pull.number}" in shown
    assert pull.draft and pull.base == "main" and pull.title == "The word is wrong"
    assert f"Fixes #{issue.number}" in pull.body
    assert f"approved by anna (github, acme/words\\#{issue.number}" in pull.body
    assert "Which step made each hunk" in pull.body
    assert stage.file(pull.head, "word.txt") == "right\n"
    assert branch(stage.home, "main") == main
    (run,) = stage.door.book.store.runs()
    patch = stage.door.book.store.artifact(run.id, "patch.diff")
    assert patch == git(stage.home.git, "diff", "--full-index", main, pull.head).encode()
    assert stage.hub.made == {"comment": 1, "edit": stage.hub.made["edit"], "pull": 1, "push": stage.hub.made["push"]}
