import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SignalBox } from '../src/index.js';

test('three listeners of once are all called', () => {
  const box = new SignalBox();
  const calls = [];
  for (const n of [1, 2, 3]) box.once('resize', () => calls.push(n));
  assert.equal(box.emit('resize'), 3);
  assert.deepEqual(calls, [1, 2, 3]);
  assert.equal(box.emit('resize'), 0);
  assert.equal(box.size, 0);
});

test('a listener that removes itself keeps none from being called', () => {
  const box = new SignalBox();
  const calls = [];
  const self = () => { calls.push('self'); box.off('a', self); };
  box.on('a', self);
  box.on('a', () => calls.push('next'));
  assert.equal(box.emit('a'), 2);
  assert.deepEqual(calls, ['self', 'next']);
});

test('one that was removed by an earlier one is not called', () => {
  const box = new SignalBox();
  const calls = [];
  const later = () => calls.push('later');
  box.on('a', () => box.off('a', later));
  box.on('a', later);
  assert.equal(box.emit('a'), 1);
  assert.deepEqual(calls, []);
});

test('removing all ends the emit', () => {
  const box = new SignalBox();
  let called = 0;
  box.on('a', () => box.off());
  box.on('a', () => called++);
  assert.equal(box.emit('a'), 1);
  assert.equal(called, 0);
});

test('one that was added meanwhile waits for the next emit', () => {
  const box = new SignalBox();
  let called = 0;
  const add = () => { called++; if (called < 50) box.on('a', add); };
  box.on('a', add);
  assert.equal(box.emit('a'), 1);
  assert.equal(called, 1);
  assert.equal(box.emit('a'), 2);
});

test('off finds what was added with once', () => {
  const box = new SignalBox();
  let called = 0;
  const fn = () => called++;
  box.once('a', fn);
  box.off('a', fn);
  box.emit('a');
  assert.equal(called, 0);
  assert.equal(box.size, 0);
});

test('the function that once returns removes it', () => {
  const box = new SignalBox();
  let called = 0;
  box.once('a', () => called++)();
  box.emit('a');
  assert.equal(called, 0);
});

test('a returned function removes its own listener only', () => {
  const box = new SignalBox();
  const fn = () => {};
  const first = box.on('a', fn);
  box.on('a', fn);
  first();
  assert.equal(box.size, 1);
  first();
  assert.equal(box.size, 1);
});

test('once is called once even if it emits the event itself', () => {
  const box = new SignalBox();
  let called = 0;
  box.once('a', () => { called++; if (called < 5) box.emit('a'); });
  box.emit('a');
  assert.equal(called, 1);
});

test('failing listeners count and once is gone after a failure', () => {
  const box = new SignalBox();
  box.once('a', () => { throw new Error('x'); });
  assert.throws(() => box.emit('a'), /x/);
  assert.equal(box.emit('a'), 0);
});

test('an emit within an emit sees the listeners of its own time', () => {
  const box = new SignalBox();
  const calls = [];
  box.on('outer', () => { box.on('inner', () => calls.push('new')); box.emit('inner'); });
  box.on('inner', () => calls.push('old'));
  box.emit('outer');
  assert.deepEqual(calls, ['old', 'new']);
});
