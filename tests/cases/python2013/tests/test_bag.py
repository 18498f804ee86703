import unittest

from dusty.bag import Bag


class BagTest(unittest.TestCase):
    def test_a_key_that_was_never_added_counts_0(self):
        self.assertEquals(Bag()["x"], 0)

    def test_the_step_divides_all_counts(self):
        self.assertEquals(Bag([("a", 4), ("b", 6)]).step(), 2)
        self.assertRegexpMatches(repr(Bag().step()), "0")
