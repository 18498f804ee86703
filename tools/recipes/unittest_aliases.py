"""Old names of assert methods are gone since Python 3.12."""

from patchwright.tools.recipes.methods import recipe

RECIPE = recipe(
    "python.unittest-aliases",
    "Call assert methods by their names: the aliases went in Python 3.12",
    (3, 12),
    {
        "assertEquals": "assertEqual",
        "assertNotEquals": "assertNotEqual",
        "assert_": "assertTrue",
        "assertAlmostEquals": "assertAlmostEqual",
        "assertNotAlmostEquals": "assertNotAlmostEqual",
        "assertRegexpMatches": "assertRegex",
        "assertNotRegexpMatches": "assertNotRegex",
        "assertRaisesRegexp": "assertRaisesRegex",
        "failUnless": "assertTrue",
        "failIf": "assertFalse",
        "failUnlessEqual": "assertEqual",
        "failIfEqual": "assertNotEqual",
        "failUnlessRaises": "assertRaises",
    },
    module="unittest",
    only_3=("assertRegex", "assertNotRegex", "assertRaisesRegex"),
)
