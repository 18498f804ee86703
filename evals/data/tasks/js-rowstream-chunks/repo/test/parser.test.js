import assert from 'node:assert/strict';
import { test } from 'node:test';

import { format, parse, Parser, rows } from '../src/index.js';

test('plain rows', () => {
  assert.deepEqual(parse('a,b\n1,2\n'), [['a', 'b'], ['1', '2']]);
});

test('the last row needs no newline', () => {
  assert.deepEqual(parse('a,b\n1,2'), [['a', 'b'], ['1', '2']]);
});

test('quoted fields', () => {
  assert.deepEqual(parse('"a,b","c\nd","e""f"\n""\n'), [['a,b', 'c\nd', 'e"f'], ['']]);
});

test('rows of Windows and of old Macs', () => {
  assert.deepEqual(parse('a\r\nb\rc\r\n'), [['a'], ['b'], ['c']]);
});

test('another delimiter', () => {
  assert.deepEqual(parse('a;b,c\n', { delimiter: ';' }), [['a', 'b,c']]);
  assert.throws(() => new Parser({ delimiter: '||' }), RangeError);
});

test('text that ends within quotes is refused', () => {
  assert.throws(() => parse('"a\n'), SyntaxError);
});

test('a header makes objects', () => {
  assert.deepEqual(parse('a,b\n1\n', { header: true }), [{ a: '1', b: '' }]);
});

test('a stream gives rows as they come', async () => {
  const found = [];
  for await (const row of rows(['a,b\n1,', '2\n'])) found.push(row);
  assert.deepEqual(found, [['a', 'b'], ['1', '2']]);
});

test('what is written can be read', () => {
  const table = [['a,b', 'c"d', 'e\nf', ''], ['1', '2', '3', '4']];
  assert.deepEqual(parse(format(table)), table);
});
