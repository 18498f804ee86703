import unittest

from dusty.signing import signature


def add(one, other):
    return one + other


class SigningTest(unittest.TestCase):
    def test_the_arguments_are_named(self):
        self.assertEqual(signature(add, b"key").split(":")[0], "one,other")

    def test_another_key_signs_otherwise(self):
        self.assertNotEqual(signature(add, b"key"), signature(add, b"other"))
