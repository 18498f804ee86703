const TAG = /\{\{\{([^{}]+)\}\}\}|\{\{([#/]?)([^{}]*)\}\}/g;

/**
 * A template in pieces.
 * @param {string} template
 * @returns {{kind: 'text' | 'value' | 'raw' | 'open' | 'close', text: string, line: number}[]}
 */
export function tokens(template) {
  const found = [];
  let at = 0;
  const line = () => template.slice(0, at).split('\n').length;
  for (const match of template.matchAll(TAG)) {
    if (match.index > at) found.push({ kind: 'text', text: template.slice(at, match.index), line: line() });
    at = match.index;
    const kind = match[1] ? 'raw' : { '#': 'open', '/': 'close', '': 'value' }[match[2]];
    found.push({ kind, text: (match[1] ?? match[3]).trim(), line: line() });
    at += match[0].length;
  }
  if (at < template.length) found.push({ kind: 'text', text: template.slice(at), line: line() });
  return found;
}
