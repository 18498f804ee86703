"""CSV on standard input, a table on standard output."""

import argparse
import csv
import sys

from textgrid.table import Column, render


def build_parser():
    parser = argparse.ArgumentParser(prog="textgrid", description="Print CSV as a table.")
    parser.add_argument("--max", type=int, default=0, metavar="N", help="cut cells to N columns (0: never)")
    parser.add_argument("--wrap", action="store_true", help="break long cells into lines instead of cutting them")
    parser.add_argument("--right", default="", metavar="NAMES", help="columns to align right, by name, with commas")
    parser.add_argument("--delimiter", default=",")
    return parser


def columns(header, options):
    right = set(filter(None, options.right.split(",")))
    return [
        Column(name, align="right" if name in right else "left", limit=options.max, wrap=options.wrap)
        for name in header
    ]


def main(argv=None, stdin=None, stdout=None):
    options = build_parser().parse_args(argv)
    rows = list(csv.reader(stdin or sys.stdin, delimiter=options.delimiter))
    if not rows:
        return 0
    header, body = rows[0], rows[1:]
    print(render(body, columns(header, options)), file=stdout or sys.stdout)
    return 0
