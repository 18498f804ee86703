const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * A version taken apart.
 * @param {string} text
 */
export function parse(text) {
  const found = VERSION.exec(text.trim());
  if (!found) throw new RangeError(`not a version: ${text}`);
  return { major: +found[1], minor: +found[2], patch: +found[3], pre: preParts(found[4]) };
}

/** The parts of a pre-release: numbers where they are. */
export function preParts(text) {
  return text ? text.split('.').map((part) => (/^\d+$/.test(part) ? +part : part)) : [];
}

/** -1, 0 or 1, by the order of semver. */
export function compare(one, other) {
  const [a, b] = [one, other].map((version) => (typeof version === 'string' ? parse(version) : version));
  return (
    Math.sign(a.major - b.major) || Math.sign(a.minor - b.minor) || Math.sign(a.patch - b.patch) || comparePre(a.pre, b.pre)
  );
}

function comparePre(a, b) {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    if (a[at] === undefined) return -1;
    if (b[at] === undefined) return 1;
    if (a[at] === b[at]) continue;
    const [x, y] = [typeof a[at] === 'number', typeof b[at] === 'number'];
    if (x !== y) return x ? -1 : 1;
    return a[at] < b[at] ? -1 : 1;
  }
  return 0;
}
