"""The scripts of `make bench` run, with tiny sizes; nothing here is about how long something takes."""

from pathlib import Path

import pytest

from patchwright.evals.bench import __main__ as bench
from patchwright.evals.bench import crowd, prompts, sandbox, start, store, turns, workspace
from patchwright.evals.bench.endpoint import endpoint
from patchwright.evals.bench.figures import Figure, quantile, shown, table
from patchwright.evals.bench.generated import generate
from patchwright.evals.bench.install import by_distribution, size_on_disk
from patchwright.sandbox.images import ensure_image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small generated repository in `source`."""
    (tmp_path / "source").mkdir()
    generate(tmp_path / "source", 100, 60_000)
    return tmp_path


def test_a_table_says_which_targets_are_met() -> None:
    text = table("T", [Figure("a", 2.5, "ms", 3, "b: 1 ms"), Figure("c", 0.2, "ms", 0.1), Figure("d", 1, "s")])
    assert "| a | 2.50 ms | 3 ms | yes | b: 1 ms |" in text
    assert "| c | 0.200 ms | 0.100 ms | **no** |  |" in text
    assert "| d | 1 s |  |  |  |" in text


@pytest.mark.parametrize(("value", "text"), [(0.0131, "0.013 ms"), (13.14, "13.1 ms"), (131.4, "131 ms"), (0, "0 ms")])
def test_a_figure_is_shown_with_three_digits(value: float, text: str) -> None:
    assert shown(value, "ms") == text


def test_the_median_of_an_even_number_of_values_is_the_upper_one() -> None:
    assert quantile([4, 1, 3, 2]) == 3
    assert quantile([1], 0.99) == 1


def test_the_store_is_measured(tmp_path: Path) -> None:
    assert [one.unit for one in store.figures(tmp_path, 10)] == ["ms"] * 3


def test_the_workspace_is_measured(folder: Path) -> None:
    assert all(one.value > 0 for one in workspace.figures(folder))


def test_turns_are_measured_on_a_run_that_takes_them_all(folder: Path) -> None:
    outside, whole = turns.overheads(folder, 6, "local")
    assert len(outside) == len(whole) == 6
    assert all(0 < part <= all_of_it for part, all_of_it in zip(outside, whole, strict=True))


def test_the_prompts_of_a_task_and_of_a_long_run_are_within_their_targets(tmp_path: Path, folder: Path) -> None:
    found = [*prompts.task_figures(tmp_path / "task", "local"), *prompts.long_figures(folder, 9, "local")]
    weighed = [one for one in found if one.unit in ("KB", "tokens", "MB")]
    assert len(weighed) == 6
    assert [one.name for one in weighed if one.met != "yes"] == []
    assert weighed[0].beside.startswith("12 requests")


def test_runs_at_once_all_finish(folder: Path) -> None:
    found = {one.name: one.value for one in crowd.figures(folder, 2, ("local",))}
    assert found["2 runs at once, local: not finished"] == 0


def test_the_start_is_measured_up_to_the_first_request(folder: Path) -> None:
    with endpoint(start.SCRIPT) as playing:
        env = start.environment(folder / "state", playing.url)
        found = start.started(playing, start.command(folder / "source", "--sandbox", "local"), env)
    assert found.status == 3
    assert found.first > 0
    assert found.most_mb >= found.then_mb > 0


def test_sizes_are_those_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert 0.09 < size_on_disk(tmp_path) < 0.2
    assert not by_distribution(tmp_path)


def test_an_unknown_bench_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nothing"]) == 2
    assert "There are: sandbox, workspace" in capsys.readouterr().err


@pytest.mark.docker
def test_the_sandbox_is_measured() -> None:
    image = ensure_image("python")
    found = {one.name: one.value for one in sandbox.figures(image, 50, 50_000, runs=3, lives_of=1)}
    assert found["end of a container: kill and remove"] > 0
