"""One before/after per recipe: the README is made of these, and the tests hold the recipes to them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    recipe: str
    before: str
    after: str
    python2: bool = False


EXAMPLES = (
    Example(
        "python.async-name", "def go(async=False):\n    return async\n", "def go(async_=False):\n    return async_\n"
    ),
    Example(
        "python.async-name",
        "class C:\n    def run(self):\n        return self.async, 'async'\n",
        "class C:\n    def run(self):\n        return self.async_, 'async'\n",
    ),
    Example(
        "python.collections-abc",
        "from collections import MutableMapping\n",
        "from collections.abc import MutableMapping\n",
    ),
    Example(
        "python.collections-abc",
        "from collections import MutableMapping\n",
        "try:\n    from collections.abc import MutableMapping\nexcept ImportError:\n    from collections import MutableMapping\n",
        python2=True,
    ),
    Example(
        "python.collections-abc",
        "import collections\n\nclass A(collections.Mapping):\n    d = collections.OrderedDict()\n",
        "import collections.abc\n\nclass A(collections.abc.Mapping):\n    d = collections.OrderedDict()\n",
    ),
    Example(
        "python.collections-abc",
        "from collections import OrderedDict, Mapping, deque, Sized as S\n",
        "from collections import OrderedDict, deque\nfrom collections.abc import Mapping, Sized as S\n",
    ),
    Example(
        "python.collections-abc",
        "def f(x):\n    import collections\n    return isinstance(x, collections.Iterable)\n",
        "def f(x):\n    try:\n        from collections.abc import Iterable\n    except ImportError:\n"
        "        from collections import Iterable\n    return isinstance(x, Iterable)\n",
        python2=True,
    ),
    Example(
        "python.collections-abc",
        "try:\n    from collections import Mapping\nexcept ImportError:\n    import UserDict\n    Mapping = UserDict.UserDict\n",
        "try:\n    from collections.abc import Mapping\nexcept ImportError:\n    import UserDict\n    Mapping = UserDict.UserDict\n",
    ),
    Example(
        "python.getargspec",
        "from inspect import getargspec\na, b, c, d = getargspec(f)\n",
        "from inspect import getfullargspec as getargspec\na, b, c, d = getargspec(f)[:4]\n",
    ),
    Example(
        "python.getargspec",
        "import inspect\nn = inspect.getargspec(f).keywords\n",
        "import inspect\nn = inspect.getfullargspec(f).varkw\n",
    ),
    Example(
        "python.regex-flags",
        "import re\nR = re.compile(r'a+(?i)b')\n",
        "import re\nR = re.compile(r'(?i)a+b')\n",
    ),
    Example(
        "python.regex-flags",
        "import re\ntok = '((?m)a)'\ninl = tok.replace('a', 'b')\ntok += '|^c'\nre.compile(tok)\n",
        "import re\ntok = '(a)'\ninl = tok.replace('a', 'b')\ntok += '|^c'\ntok = '(?m)' + tok\nre.compile(tok)\n",
    ),
    Example(
        "python.generator-stop",
        "def g():\n    if x:\n        raise StopIteration()  # end\n    yield 1\n",
        "def g():\n    if x:\n        return  # end\n    yield 1\n",
    ),
    Example(
        "python.hmac-digestmod",
        "import hmac\nhmac.new(key, msg).digest()\n",
        "import hmac\nhmac.new(key, msg, digestmod='md5').digest()\n",
    ),
    Example(
        "python.hmac-digestmod",
        "import base64, hmac\nhmac.new(key).digest()\n",
        "import base64, hashlib, hmac\nhmac.new(key, digestmod=hashlib.md5).digest()\n",
        python2=True,
    ),
    Example(
        "python.html-escape",
        "import cgi\nx = cgi.escape(s)\ny = cgi.escape(s, True)\n",
        "import html\nx = html.escape(s, quote=False)\ny = html.escape(s, True)\n",
    ),
    Example(
        "python.thread-is-alive",
        "import threading\nthreading.Thread().isAlive()\n",
        "import threading\nthreading.Thread().is_alive()\n",
    ),
    Example("python.base64-bytes", "import base64\nbase64.encodestring(b)\n", "import base64\nbase64.encodebytes(b)\n"),
    Example(
        "python.array-bytes",
        "from array import array\na = array('B')\na.tostring()\n",
        "from array import array\na = array('B')\na.tobytes()\n",
    ),
    Example(
        "python.time-clock",
        "import time\nt = time.clock()\n",
        "try:\n    from time import perf_counter\nexcept ImportError:\n    from time import clock as perf_counter\n"
        "t = perf_counter()\n",
        python2=True,
    ),
    Example("python.fractions-gcd", "from fractions import gcd\n", "from math import gcd\n"),
    Example(
        "python.celementtree",
        "import xml.etree.cElementTree as ET\n",
        "import xml.etree.ElementTree as ET\n",
    ),
    Example(
        "python.element-methods",
        "import xml.etree.ElementTree as E\nfor x in e.getchildren():\n    e.getiterator('a')\n",
        "import xml.etree.ElementTree as E\nfor x in list(e):\n    e.iter('a')\n",
    ),
    Example(
        "python.json-encoding",
        "import json\njson.loads(s, encoding='utf-8', strict=False)\n",
        "import json\njson.loads(s, strict=False)\n",
    ),
    Example("python.open-mode-u", "open(p, 'rU')\n", "open(p, 'r')\n"),
    Example(
        "python.asyncio-coroutine",
        "import asyncio\n\n@asyncio.coroutine\ndef f():\n    yield from asyncio.sleep(1)\n",
        "import asyncio\n\nasync def f():\n    await asyncio.sleep(1)\n",
    ),
    Example("python.asyncio-loop", "import asyncio\nasyncio.Queue(3, loop=l)\n", "import asyncio\nasyncio.Queue(3)\n"),
    Example(
        "python.asyncio-tasks",
        "import asyncio\nasyncio.Task.all_tasks()\n",
        "import asyncio\nasyncio.all_tasks()\n",
    ),
    Example(
        "python.unittest-aliases",
        "import unittest\n\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEquals(1, 1)\n",
        "import unittest\n\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(1, 1)\n",
    ),
    Example(
        "python.imp",
        "import os, imp, sys\nm = imp.new_module('m')\n",
        "import os, sys\nimport types\nm = types.ModuleType('m')\n",
    ),
    Example(
        "python.configparser-safe",
        "try:\n    from configparser import SafeConfigParser\nexcept ImportError:\n    from ConfigParser import SafeConfigParser\n",
        "try:\n    from configparser import ConfigParser as SafeConfigParser\nexcept ImportError:\n"
        "    from ConfigParser import SafeConfigParser\n",
        python2=True,
    ),
    Example(
        "python.configparser-read-file",
        "import configparser\nparser.readfp(f)\n",
        "import configparser\nparser.read_file(f)\n",
    ),
    Example("python.distutils-core", "from distutils.core import setup\n", "from setuptools import setup\n"),
    Example(
        "python.find-executable",
        "from distutils.spawn import find_executable\n",
        "from shutil import which as find_executable\n",
    ),
    Example(
        "python.locale-format",
        "import locale\nlocale.format('%d', 3)\n",
        "import locale\nlocale.format_string('%d', 3)\n",
    ),
    Example("python.typing-io", "from typing.io import TextIO\n", "from typing import TextIO\n"),
)

NO_OPS = (
    # guarded: the code expects the name to be gone
    "try:\n    from collections.abc import Mapping\nexcept ImportError:\n    from collections import Mapping\n",
    "try:\n    from collections import Mapping\nexcept ImportError:\n    from collections.abc import Mapping\n",
    "try:\n    import collections.abc as c\nexcept ImportError:\n    import collections as c\nc.Mapping\n",
    "import sys\nif sys.version_info[0] == 2:\n    from collections import Mapping\n",
    "import sys\nPY2 = sys.version_info < (3,)\nif PY2:\n    from collections import Mapping\nelse:\n    Mapping = dict\n",
    "import sys\npy = sys.version_info\nif py >= (3, 3, 0):\n    pass\nelse:\n    from collections import Mapping\n",
    "import six\nif not six.PY3:\n    from collections import Mapping\n",
    "import sys, inspect\nspec = inspect.signature if sys.version_info >= (3, 3) else inspect.getargspec\n",
    "import inspect\nif hasattr(inspect, 'getfullargspec'):\n    f = inspect.getfullargspec\nelse:\n    f = inspect.getargspec\n",
    "import time\nclock = getattr(time, 'perf_counter', None) or time.clock\n",
    "import time\ntry:\n    now = time.perf_counter\nexcept AttributeError:\n    now = time.clock\n",
    # something else of the same name
    "from collections import OrderedDict, namedtuple\n",
    "from .collections import Mapping\n",
    "collections = get()\ncollections.Mapping\n",
    "import threading\n\nclass T:\n    def isAlive(self):\n        pass\n\nT().isAlive()\n",
    "import xml.etree.ElementTree as E\nE.tostring(e)\nE.fromstring(s)\n",
    "class A:\n    def __next__(self):\n        raise StopIteration\n",
    "def g():\n    try:\n        raise StopIteration\n    except StopIteration:\n        pass\n    yield 1\n",
    "import hmac, hashlib\nhmac.new(k, m, hashlib.sha1)\nhmac.new(k, m, digestmod='sha1')\nhmac.new(*a)\n",
    "import re\nre.compile('(?i)a')\nre.compile(r'\\(?i)')\nre.compile('[(?i)]')\nre.compile('a(?i:b)')\n",
    "text = 'call (?i) me'\n",
    "import html\nhtml.escape(s)\n",
    "open(p, 'r')\nopen(p, mode)\n",
    "import json\njson.dumps(s, encoding='x')\n",
    "async def f():\n    async with a:\n        await b\n",
    "'collections.Mapping'  # collections.Mapping\n",
)
