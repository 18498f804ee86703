import { compare, parse } from './version.js';

const WORD = /^(\^|~|>=|<=|>|<|=)?\s*(\S+)$/;

/**
 * Whether a version is in a range.
 * @param {string} version
 * @param {string} range
 */
export function satisfies(version, range) {
  const wanted = parse(version);
  const comparators = parseRange(range);
  return comparators.every((one) => holds(wanted, one)) && preAllowed(wanted, comparators);
}

/** The highest of the versions that is in the range; null if none is. */
export function maxSatisfying(versions, range) {
  const found = versions.filter((version) => satisfies(version, range));
  return found.sort(compare).at(-1) ?? null;
}

/** Comparators: `{operator, version}` with one of < <= > >= =. */
function parseRange(range) {
  const words = range.trim().replace(/(\^|~|>=|<=|>|<|=)\s+/g, '$1').split(/\s+/);
  return words.flatMap((word) => parseWord(word, range));
}

function parseWord(word, range) {
  const found = WORD.exec(word);
  if (!found) throw new RangeError(`not a range: ${range}`);
  const version = readVersion(found[2], range);
  switch (found[1]) {
    case '^':
      return between(version, caretEnd(version));
    case '~':
      return between(version, { major: version.major, minor: version.minor + 1, patch: 0, pre: [0] });
    default:
      return [{ operator: found[1] ?? '=', version }];
  }
}

function readVersion(text, range) {
  try {
    return parse(text);
  } catch {
    throw new RangeError(`not a range: ${range}`);
  }
}

/** Ends are exclusive, and before all pre-releases of the next: `-0`. */
function between(start, end) {
  return [{ operator: '>=', version: start }, { operator: '<', version: end }];
}

function caretEnd({ major, minor, patch }) {
  if (major > 0) return { major: major + 1, minor: 0, patch: 0, pre: [0] };
  if (minor > 0) return { major, minor: minor + 1, patch: 0, pre: [0] };
  return { major, minor, patch: patch + 1, pre: [0] };
}

function holds(version, { operator, version: limit }) {
  const order = compare(version, limit);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return order === 0;
  }
}

/** A pre-release is wanted only by who names one of the same version. */
function preAllowed(version, comparators) {
  if (version.pre.length === 0) return true;
  return comparators.some(
    ({ version: named }) =>
      named.pre.length > 0 &&
      named.pre[0] !== 0 &&
      named.major === version.major &&
      named.minor === version.minor &&
      named.patch === version.patch,
  );
}
