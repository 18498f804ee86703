"""`distutils` is gone since Python 3.12; setuptools has the parts that build scripts need."""

from patchwright.tools.recipes.modules import recipe

RECIPE = recipe(
    "python.distutils-core",
    "Build with setuptools: distutils went in Python 3.12",
    (3, 12),
    {
        "distutils.core": "setuptools",
        "distutils.extension": "setuptools",
        "distutils.command.build_ext": "setuptools.command.build_ext",
        "distutils.command.build_py": "setuptools.command.build_py",
        "distutils.command.install": "setuptools.command.install",
        "distutils.command.sdist": "setuptools.command.sdist",
    },
)
