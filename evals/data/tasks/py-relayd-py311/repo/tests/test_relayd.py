import unittest

from relayd import Registry, Settings, batches, run, unescape
from relayd.settings import flatten
from relayd.text import first_line


class TestSettings(unittest.TestCase):
    def test_defaults(self):
        self.assertEquals(Settings({"limit": "3"})["limit"], "3")
        self.assertEquals(dict(Settings())["name"], "relayd")

    def test_load(self):
        self.assertEquals(Settings.load("[relayd]\nlimit = 5\n")["limit"], "5")
        self.assertEquals(Settings.load("")["limit"], "10")

    def test_flatten(self):
        self.assertEquals(flatten({"a": {"b": 1}, "c": [2, {"d": 3}]}), {"a.b": 1, "c.0": 2, "c.1.d": 3})


class TestRun(unittest.TestCase):
    def test_handlers_get_what_they_take(self):
        registry = Registry()

        @registry.register("greet")
        def greet(message, settings):
            return "%s from %s" % (message, settings["name"])

        self.assertEquals(run([("a", "greet", "hello"), ("a", "other", "x")], registry), ["hello from relayd"])

    def test_unknown_parameters_are_refused(self):
        with self.assertRaisesRegexp(TypeError, "needs 'colour'"):
            Registry().register("x")(lambda colour: None)


class TestText(unittest.TestCase):
    def test_batches(self):
        self.assertEquals(list(batches("abcde", 2)), [["a", "b"], ["c", "d"], ["e"]])
        self.assertEquals(list(batches("", 2)), [])

    def test_unescape(self):
        self.assertEquals(unescape("a &lt; b &amp;amp;"), "a < b &amp;")

    def test_first_line(self):
        self.assertEquals(first_line("\n  1. one\n2. two"), "one")
        self.assertEquals(first_line(""), "")
