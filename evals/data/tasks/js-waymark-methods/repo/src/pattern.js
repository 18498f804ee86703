/**
 * A path pattern: parts, `:name` for any part, `*` at the end for the rest.
 * @param {string} pattern
 */
export function compile(pattern) {
  return pattern.split('/').filter(Boolean);
}

/**
 * The parameters of a path that fits.
 * @param {string[]} parts of the pattern
 * @param {string} path
 * @returns {Record<string, string> | null}
 */
export function match(parts, path) {
  const found = path.split('/').filter(Boolean);
  const params = {};
  for (const [at, part] of parts.entries()) {
    if (part === '*' && at === parts.length - 1) return { ...params, rest: found.slice(at).join('/') };
    if (at >= found.length) return null;
    if (part.startsWith(':')) params[part.slice(1)] = found[at];
    else if (part !== found[at]) return null;
  }
  return found.length === parts.length ? params : null;
}

/**
 * What is left of a path below a prefix.
 * @param {string[]} prefix parts
 * @param {string} path
 * @returns {string | null} null if it is not below
 */
export function below(prefix, path) {
  const found = path.split('/').filter(Boolean);
  return prefix.every((part, at) => found[at] === part) ? '/' + found.slice(prefix.length).join('/') : null;
}
