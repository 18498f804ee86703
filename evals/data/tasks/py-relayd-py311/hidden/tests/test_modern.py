import asyncio
import functools
import sys
import warnings

import pytest

import relayd
from relayd import Registry, Settings, batches, plugins, run, unescape
from relayd.settings import flatten
from relayd.text import first_line


def test_settings_are_a_mapping():
    from collections.abc import Mapping

    settings = Settings.load("[relayd]\nlimit = 5\npath = %%home\n")
    assert isinstance(settings, Mapping) and len(settings) == 3
    assert settings["path"] == "%home" and settings == Settings({"limit": "5", "path": "%home"})
    assert flatten((1, {"a": ()}, b"x")) == {"0": 1, "2": b"x"}


def test_functions_and_coroutines_run_in_order():
    registry = Registry()
    calls = []

    @registry.register("a")
    async def slow(message, source):
        await asyncio.sleep(0.01)
        calls.append("slow")
        return source + message

    @registry.register("a")
    def quick(settings, extra=7):
        calls.append("quick")
        return extra

    assert run([("s", "a", "1"), ("t", "a", "2")], registry) == ["s1", 7, "t2", 7]
    assert calls == ["slow", "quick"] * 2


def test_it_runs_twice_and_in_a_thread():
    from concurrent.futures import ThreadPoolExecutor

    registry = Registry()
    registry.register("a")(lambda message: message)
    assert run([("s", "a", 1)], registry) == [1]
    assert run([("s", "a", 2)], registry) == [2]
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(run, [("s", "a", 3)], registry).result() == [3]


def test_what_a_handler_throws_comes_out():
    registry = Registry()

    @registry.register("a")
    async def broken(message):
        raise KeyError(message)

    with pytest.raises(KeyError):
        run([("s", "a", 1)], registry)


class Bot:
    def handle(self, message):
        return "bot " + message

    async def later(self, message, *, settings):
        return settings["name"] + message


def test_methods_and_keyword_only_parameters():
    registry = Registry()
    registry.register("a")(Bot().handle)
    registry.register("a")(Bot().later)
    assert run([("s", "a", "m")], registry) == ["bot m", "relaydm"]
    with pytest.raises(TypeError, match="colour"):

        @registry.register("a")
        def strange(*, colour):
            """Needs what no handler is given."""


def test_partials_and_annotations():
    registry = Registry()

    def base(message: str, prefix="x") -> str:
        return prefix + message

    registry.register("a")(base)
    registry.register("a")(functools.partial(base, prefix="y"))
    assert run([("s", "a", "m")], registry) == ["xm", "ym"]


def test_not_callable_is_a_type_error():
    with pytest.raises(TypeError, match="callable"):
        Registry().register("a")(7)


def test_batches_of_any_length():
    for count in range(7):
        items = list(range(count))
        assert [x for batch in batches(iter(items), 3) for x in batch] == items
    assert list(batches(range(4), 2)) == [[0, 1], [2, 3]]


def test_text():
    assert unescape("&eacute;&#33;&quot;") == 'é!"'
    assert first_line("\n\n 2) zwei \nx") == "zwei"
    assert first_line("12") == "12"


def test_plugins(tmp_path):
    (tmp_path / "b.py").write_text("value = 2\nname = __name__\n")
    (tmp_path / "a.py").write_text("value = 1\n")
    (tmp_path / "c.txt").write_text("no")
    assert [plugin.value for plugin in plugins.load_all(str(tmp_path))] == [1, 2]
    loaded = plugins.load(str(tmp_path / "b.py"))
    assert loaded.name == "relayd_plugin_b" and sys.modules["relayd_plugin_b"] is loaded
    (tmp_path / "b.py").write_text("raise ValueError('broken')\n")
    with pytest.raises(ValueError, match="broken"):
        plugins.load(str(tmp_path / "b.py"))


def test_nothing_is_deprecated():
    import compileall
    import pathlib

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in pathlib.Path(relayd.__file__).parent.glob("*.py"):
            compile(path.read_text(), str(path), "exec")
        registry = Registry()
        registry.register("a")(lambda message: message)
        assert run([("s", "a", 1)], registry) == [1]
        assert first_line("x") == "x"
        Settings.load("[relayd]\n")
