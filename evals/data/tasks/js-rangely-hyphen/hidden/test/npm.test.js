import assert from 'node:assert/strict';
import { test } from 'node:test';

import { maxSatisfying, satisfies } from '../src/index.js';

const CASES = {
  '^1.2.0 || ^3.0.0': { yes: ['1.2.0', '1.9.9', '3.4.5'], no: ['1.1.0', '2.0.0', '4.0.0'] },
  '1.2.3||>=5.0.0': { yes: ['1.2.3', '6.0.0'], no: ['1.2.4'] },
  '1.2.3 - 2.3.4': { yes: ['1.2.3', '2.0.0', '2.3.4'], no: ['1.2.2', '2.3.5'] },
  '1.2 - 2.3': { yes: ['1.2.0', '2.3.9'], no: ['1.1.9', '2.4.0', '2.4.0-rc.1'] },
  '1.2.3 - 2': { yes: ['2.9.9'], no: ['3.0.0', '3.0.0-beta'] },
  '1.0.0 - 1.2.0 || 2.x': { yes: ['1.1.0', '2.7.0'], no: ['1.3.0', '3.0.0'] },
  '1.2.x': { yes: ['1.2.0', '1.2.9'], no: ['1.3.0', '1.1.9', '1.3.0-alpha'] },
  '1.X': { yes: ['1.0.0', '1.9.0'], no: ['2.0.0', '0.9.0'] },
  '1.*': { yes: ['1.5.0'], no: ['2.0.0'] },
  '*': { yes: ['0.0.0', '9.9.9'], no: ['1.0.0-beta'] },
  x: { yes: ['1.2.3'], no: [] },
  '': { yes: ['1.2.3'], no: ['1.2.3-rc.1'] },
  '1.2': { yes: ['1.2.0', '1.2.7'], no: ['1.3.0'] },
  '1': { yes: ['1.0.0', '1.9.9'], no: ['2.0.0'] },
  '=1.2': { yes: ['1.2.5'], no: ['1.3.0'] },
  '^1.x': { yes: ['1.0.0', '1.9.0'], no: ['2.0.0', '0.9.9'] },
  '^0.x': { yes: ['0.0.0', '0.9.9'], no: ['1.0.0'] },
  '^0.0': { yes: ['0.0.9'], no: ['0.1.0'] },
  '^0.0.3': { yes: ['0.0.3'], no: ['0.0.4'] },
  '^1.2': { yes: ['1.2.0', '1.9.0'], no: ['1.1.0', '2.0.0'] },
  '~1': { yes: ['1.0.0', '1.9.9'], no: ['2.0.0'] },
  '~1.2': { yes: ['1.2.9'], no: ['1.3.0'] },
  '>1.2': { yes: ['1.3.0', '2.0.0'], no: ['1.2.9', '1.2.0'] },
  '>1': { yes: ['2.0.0'], no: ['1.9.9'] },
  '>=1.2': { yes: ['1.2.0', '3.0.0'], no: ['1.1.9'] },
  '<=1.2': { yes: ['1.2.9', '0.1.0'], no: ['1.3.0', '1.3.0-beta'] },
  '<1.2': { yes: ['1.1.9'], no: ['1.2.0', '1.2.0-beta'] },
  '>=1.2 <2': { yes: ['1.2.0', '1.9.9'], no: ['2.0.0', '2.0.0-rc.1'] },
  '1.3.0-alpha - 1.4.0': { yes: ['1.3.0-beta', '1.3.5'], no: ['1.4.0-beta'] },
  '^1.2.0 || >=1.3.0-beta': { yes: ['1.3.0-rc.1', '1.2.1'], no: ['1.4.0-beta'] },
  '>=1.3.0-beta <1.3.0 || ^2.0.0': { yes: ['1.3.0-beta', '2.1.0'], no: ['2.1.0-beta', '1.3.0'] },
};

for (const [range, { yes, no }] of Object.entries(CASES)) {
  test(`range ${JSON.stringify(range)}`, () => {
    for (const version of yes) assert.equal(satisfies(version, range), true, `${version} is in it`);
    for (const version of no) assert.equal(satisfies(version, range), false, `${version} is not in it`);
  });
}

test('what is no range is refused and named', () => {
  for (const range of ['latest', '1.2.3.4', '1.x.3-beta.', '^', '1.2 -', '- 1.2', '1.2.3 ||| 1', '>>1.0.0', '1.a', '||x|']) {
    assert.throws(() => satisfies('1.0.0', range), (error) => error instanceof RangeError && error.message.includes(range), range);
  }
});

test('an alternative that is empty is any version', () => {
  assert.equal(satisfies('7.0.0', '^1.0.0 ||'), true);
});

test('the highest of alternatives', () => {
  assert.equal(maxSatisfying(['1.2.0', '3.1.0', '2.9.0'], '^1 || 3.x'), '3.1.0');
});
