import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse, Parser, rows } from '../src/index.js';

const TEXT = 'name,size,note\r\nJürgen,"12"" pipe","5 €, net"\r\n"",,"two\r\nlines"\r\n漢字,"""",x\r\n';

async function collect(pieces, options) {
  const found = [];
  for await (const row of rows(pieces, options)) found.push(row);
  return found;
}

function cut(data, size) {
  const pieces = [];
  for (let at = 0; at < data.length; at += size) pieces.push(data.slice(at, at + size));
  return pieces;
}

test('strings cut anywhere give the same rows', async () => {
  for (let size = 1; size <= 12; size++) assert.deepEqual(await collect(cut(TEXT, size)), parse(TEXT), `pieces of ${size}`);
});

test('bytes cut anywhere give the same rows', async () => {
  const bytes = new TextEncoder().encode(TEXT);
  for (let size = 1; size <= 12; size++) assert.deepEqual(await collect(cut(bytes, size)), parse(TEXT), `pieces of ${size}`);
});

test('a doubled quote between two pieces', () => {
  const parser = new Parser();
  assert.deepEqual([...parser.write('"12"'), ...parser.write('" pipe"\n'), ...parser.end()], [['12" pipe']]);
});

test('a closing quote at the end of a piece', () => {
  const parser = new Parser();
  assert.deepEqual([...parser.write('"a"'), ...parser.write(',b\n'), ...parser.end()], [['a', 'b']]);
});

test('a closing quote at the end of the text', () => {
  const parser = new Parser();
  assert.deepEqual([...parser.write('x,"a"'), ...parser.end()], [['x', 'a']]);
});

test('a Windows newline between two pieces is one', () => {
  const parser = new Parser();
  assert.deepEqual([...parser.write('a\r'), ...parser.write('\nb\r'), ...parser.write('\n'), ...parser.end()], [['a'], ['b']]);
});

test('a lone carriage return at the end of a piece still ends its row', () => {
  const parser = new Parser();
  assert.deepEqual([...parser.write('a\r'), ...parser.write('b'), ...parser.end()], [['a'], ['b']]);
});

test('a lone carriage return at the end of the text ends one row', () => {
  const parser = new Parser();
  assert.deepEqual([...parser.write('a\r'), ...parser.end()], [['a']]);
});

test('an empty quoted field at the end counts', () => {
  const parser = new Parser();
  assert.deepEqual([...parser.write('a,'), ...parser.write('""'), ...parser.end()], [['a', '']]);
});

test('a cut sequence at the very end is not lost silently', async () => {
  const bytes = new TextEncoder().encode('a,€').slice(0, -1);
  assert.deepEqual(await collect([bytes]), [['a', '\ufffd']]);
});

test('the last row without a newline is an object as well', async () => {
  assert.deepEqual(await collect(['name,count\nx,', '3'], { header: true }), [{ name: 'x', count: '3' }]);
});

test('a header alone gives nothing', async () => {
  assert.deepEqual(await collect(['a,', 'b'], { header: true }), []);
});

test('text that ends within quotes is refused in pieces too', async () => {
  await assert.rejects(collect(['"a', '""', 'b']), SyntaxError);
});

test('a quote within an unquoted field is a character', async () => {
  assert.deepEqual(await collect(['5', '" pipe,b\n']), [['5" pipe', 'b']]);
});
