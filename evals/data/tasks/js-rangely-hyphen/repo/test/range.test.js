import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { compare, maxSatisfying, parse, satisfies } from '../src/index.js';

describe('versions', () => {
  test('are taken apart', () => {
    assert.deepEqual(parse('v1.2.3-beta.4+b5'), { major: 1, minor: 2, patch: 3, pre: ['beta', 4] });
    assert.throws(() => parse('1.2'), RangeError);
  });

  test('have the order of semver', () => {
    const sorted = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0', '1.0.1'];
    assert.deepEqual([...sorted].reverse().sort(compare), sorted);
  });
});

describe('ranges', () => {
  for (const [version, range, is] of [
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '=1.2.3', false],
    ['1.9.0', '^1.2.3', true],
    ['2.0.0', '^1.2.3', false],
    ['0.2.9', '^0.2.3', true],
    ['0.3.0', '^0.2.3', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.5.0', '>=1.2.3 < 2.0.0', true],
    ['2.0.0-rc.1', '^1.2.3', false],
    ['1.2.3-beta', '>=1.2.3-alpha', true],
    ['1.2.4-beta', '>=1.2.3-alpha', false],
  ]) {
    test(`${version} in ${range}: ${is}`, () => assert.equal(satisfies(version, range), is));
  }

  test('that are none are refused', () => {
    assert.throws(() => satisfies('1.0.0', 'latest'), /not a range: latest/);
  });

  test('the highest is found', () => {
    assert.equal(maxSatisfying(['1.2.0', '1.10.0', '1.9.0', '2.0.0'], '^1.0.0'), '1.10.0');
    assert.equal(maxSatisfying(['1.0.0'], '^2.0.0'), null);
  });
});
