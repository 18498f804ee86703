import assert from 'node:assert/strict';
import { test } from 'node:test';

import { render } from '../src/index.js';

test('values are found', () => {
  assert.equal(render('{{a.b}} {{c}}{{a.x.y}}', { a: { b: 1 }, c: 'two' }), '1 two');
});

test('text is escaped', () => {
  assert.equal(render('<p>{{a}}</p>', { a: '<b> & c' }), '<p>&lt;b&gt; &amp; c</p>');
});

test('raw values are not', () => {
  assert.equal(render('{{{a}}}', { a: '<b>&</b>' }), '<b>&</b>');
});

test('lists are repeated', () => {
  const page = { items: [{ name: 'a' }, { name: 'b' }], sep: ';' };
  assert.equal(render('{{#each items}}{{name}}{{sep}}{{/each}}', page), 'a;b;');
  assert.equal(render('{{#each items}}{{this}},{{/each}}', { items: [1, 2] }), '1,2,');
});

test('conditions choose', () => {
  const template = '{{#if a}}yes{{else}}no{{/if}}';
  assert.deepEqual([render(template, { a: 1 }), render(template, { a: [] }), render(template)], ['yes', 'no', 'no']);
});

test('blocks have to be closed', () => {
  assert.throws(() => render('a\n{{#if b}}c'), /line 2/);
  assert.throws(() => render('{{/if}}'), SyntaxError);
});
