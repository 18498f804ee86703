/**
 * Whether a name fits a pattern: the same parts, `*` for any one, `**` at the end for one or more.
 * @param {string} pattern
 * @param {string} name
 */
export function matches(pattern, name) {
  if (pattern === name) return true;
  const wanted = pattern.split('.');
  const parts = name.split('.');
  for (let at = 0; at < wanted.length; at++) {
    if (wanted[at] === '**' && at === wanted.length - 1) return parts.length > at;
    if (at >= parts.length) return false;
    if (wanted[at] !== '*' && wanted[at] !== parts[at]) return false;
  }
  return parts.length === wanted.length;
}
