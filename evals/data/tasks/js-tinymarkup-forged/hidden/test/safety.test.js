import assert from 'node:assert/strict';
import { test } from 'node:test';

import { escape, render } from '../src/index.js';

test('double quotes are escaped', () => {
  assert.equal(render('<a title="{{t}}">', { t: 'He said "hi"' }), '<a title="He said &quot;hi&quot;">');
});

test('single quotes are escaped', () => {
  const text = render("<a title='{{t}}'>", { t: "it's" });
  assert.match(text, /^<a title='it&#(39|x27);s'>$/);
});

test('escape escapes once', () => {
  assert.equal(escape('&quot;'), '&amp;quot;');
  assert.equal(escape(null), '');
  assert.equal(escape(0), '0');
});

test('raw values stay as they are', () => {
  assert.equal(render('{{{a}}}', { a: '"\'&<' }), '"\'&<');
});

test('a value is never expanded', () => {
  const values = { name: '{{password}}', password: 'secret' };
  assert.equal(render('Hello {{name}}', values), 'Hello {{password}}');
  assert.equal(render('Hello {{{name}}}', values), 'Hello {{password}}');
});

test('an item of a list is never expanded', () => {
  assert.equal(render('{{#each a}}{{this}}{{/each}}', { a: ['{{b}}', '{{a.0}}'], b: 'x' }), '{{b}}{{a.0}}');
});

test('a value that names itself ends', () => {
  assert.equal(render('{{a}}', { a: '{{a}}' }), '{{a}}');
});

test('braces that are no tag stay', () => {
  assert.equal(render('{ {a} }{{b}}', { b: 1 }), '{ {a} }1');
});
