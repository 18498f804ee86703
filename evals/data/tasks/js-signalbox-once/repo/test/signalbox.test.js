import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { matches, SignalBox } from '../src/index.js';

describe('patterns', () => {
  for (const [pattern, name, fits] of [
    ['a', 'a', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.**', 'a.b.c', true],
    ['a.**', 'a', false],
    ['*.b', 'a.b', true],
  ]) {
    test(`${pattern} and ${name}`, () => assert.equal(matches(pattern, name), fits));
  }
});

describe('listeners', () => {
  test('are called in their order with value and name', () => {
    const box = new SignalBox();
    const calls = [];
    box.on('a', (value, name) => calls.push(['first', value, name]));
    box.on('*', (value) => calls.push(['second', value]));
    assert.equal(box.emit('a', 1), 2);
    assert.deepEqual(calls, [['first', 1, 'a'], ['second', 1]]);
    assert.equal(box.emit('b.c'), 0);
  });

  test('can be removed', () => {
    const box = new SignalBox();
    const fn = () => {};
    const remove = box.on('a', fn);
    box.on('b', fn);
    remove();
    assert.equal(box.size, 1);
    box.off('b', fn);
    box.on('c', fn);
    box.off();
    assert.equal(box.size, 0);
  });

  test('that fail do not keep others from being called', () => {
    const box = new SignalBox();
    let called = 0;
    box.on('a', () => { throw new Error('one'); });
    box.on('a', () => called++);
    assert.throws(() => box.emit('a'), /one/);
    box.on('a', () => { throw new Error('two'); });
    assert.throws(() => box.emit('a'), AggregateError);
    assert.equal(called, 2);
  });

  test('once is called once', () => {
    const box = new SignalBox();
    let called = 0;
    box.once('a', () => called++);
    box.emit('a');
    box.emit('a');
    assert.equal(called, 1);
  });

  test('wait gives the next value', async () => {
    const box = new SignalBox();
    const next = box.wait('a');
    box.emit('a', 5);
    assert.equal(await next, 5);
  });

  test('have to be functions', () => {
    assert.throws(() => new SignalBox().on('a', 'b'), TypeError);
  });
});
