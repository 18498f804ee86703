import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { open, Shelf, ShelfError } from 'fileshelf';

const folder = () => mkdtempSync(join(tmpdir(), 'shelf-'));

test('promises: what is put is found', async () => {
  const shelf = await open(join(folder(), 'new'));
  assert.equal(await shelf.put('user/7', { name: 'Ada' }), undefined);
  assert.deepEqual(await shelf.get('user/7'), { name: 'Ada' });
});

test('promises: errors have codes', async () => {
  const shelf = new Shelf(folder());
  await assert.rejects(shelf.get('x'), (error) => error instanceof ShelfError && error instanceof Error && error.code === 'NOT_FOUND');
  await assert.rejects(shelf.put('', 1), { code: 'BAD_KEY' });
  await assert.rejects(shelf.put('a', undefined), { code: 'BAD_VALUE' });
  await assert.rejects(shelf.get(7), { code: 'BAD_KEY' });
  writeFileSync(join(shelf.folder, 'bad.json'), '{');
  await assert.rejects(shelf.get('bad'), { code: 'DAMAGED' });
});

test('promises: keys are listed and removed', async () => {
  const shelf = new Shelf(folder());
  await shelf.put('b', 1);
  await shelf.put('../a', null);
  assert.deepEqual(await shelf.list(), ['../a', 'b']);
  assert.equal(await shelf.get('../a'), null);
  assert.equal(await shelf.remove('b'), true);
  assert.equal(await shelf.remove('b'), false);
});

test('callbacks: what is put is found', (t, done) => {
  open(join(folder(), 'new'), (error, shelf) => {
    assert.ifError(error);
    shelf.put('user/7', { name: 'Ada' }, (error) => {
      assert.equal(error, null);
      shelf.get('user/7', (error, value) => {
        assert.equal(error, null);
        assert.deepEqual(value, { name: 'Ada' });
        done();
      });
    });
  });
});

test('callbacks: errors come to the callback', (t, done) => {
  const shelf = new Shelf(folder());
  shelf.put('', 1, (error) => {
    assert.equal(error.code, 'BAD_KEY');
    shelf.get('x', (error) => {
      assert.equal(error.code, 'NOT_FOUND');
      shelf.remove('x', (error, was) => {
        assert.deepEqual([error, was], [null, false]);
        done();
      });
    });
  });
});

test('callbacks: are never called before the function returns', (t, done) => {
  const shelf = new Shelf(folder());
  let returned = false;
  shelf.put('', 1, () => {
    assert.equal(returned, true);
    done();
  });
  returned = true;
});

test('callbacks: a function is no promise then', () => {
  assert.equal(new Shelf(folder()).list(() => {}), undefined);
});

test('callbacks: an exception in it does not call it again', async () => {
  const script = `
    import { Shelf } from 'fileshelf';
    let calls = 0;
    process.on('uncaughtException', (error) => console.log('thrown', error.message));
    process.on('unhandledRejection', (error) => console.log('rejected', error.message));
    new Shelf(${JSON.stringify(folder())}).list(() => { calls++; throw new Error('mine'); });
    setTimeout(() => console.log('calls', calls), 50);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(stdout, 'thrown mine\ncalls 1\n');
});

test('many puts of one key leave one whole value and nothing else', async () => {
  const shelf = new Shelf(folder());
  const values = Array.from({ length: 30 }, (_, n) => String(n).repeat(20000));
  await Promise.all(values.map((value) => shelf.put('k', value)));
  assert.ok(values.includes(await shelf.get('k')));
  assert.deepEqual(readdirSync(shelf.folder), ['k.json']);
});

test('the package is of modules and calls nothing synchronous', () => {
  const root = new URL('..', import.meta.url);
  const { type, exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  assert.equal(type, 'module');
  assert.match(JSON.stringify(exports), /"\.\/src\/index\.js"/);
  for (const name of readdirSync(new URL('src', root))) {
    const text = readFileSync(new URL(`src/${name}`, root), 'utf8');
    assert.doesNotMatch(text, /Sync\(|require\(|module\.exports/, name);
  }
});
