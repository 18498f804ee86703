import { escape } from './escape.js';
import { tokens } from './tokens.js';

/**
 * A template with its values.
 * @param {string} template
 * @param {object} values
 */
export function render(template, values = {}) {
  const pieces = tokens(template);
  const [nodes] = block(pieces, 0, null);
  const text = nodes.map((node) => show(node, [values])).join('');
  return /\{\{[\w.]+\}\}/.test(text) ? render(text, values) : text;
}

/** The nodes of a block up to its end, and where they end. */
function block(pieces, start, opened) {
  const nodes = [];
  let other = null;
  for (let at = start; at < pieces.length; at++) {
    const piece = pieces[at];
    if (piece.kind === 'open') {
      const [inner, end, alternative] = block(pieces, at + 1, piece);
      nodes.push({ ...piece, inner, alternative });
      at = end;
    } else if (piece.kind === 'close') {
      if (!opened || opened.text.split(' ')[0] !== piece.text) throw new SyntaxError(`line ${piece.line}: {{/${piece.text}}} closes nothing`);
      return other ? [other, at, nodes] : [nodes, at, []];
    } else if (piece.kind === 'value' && piece.text === 'else' && opened) {
      other = nodes.splice(0);
    } else {
      nodes.push(piece);
    }
  }
  if (opened) throw new SyntaxError(`line ${opened.line}: {{#${opened.text}}} is not closed`);
  return [nodes, pieces.length, []];
}

function show(node, scopes) {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'raw':
      return String(find(node.text, scopes) ?? '');
    case 'value':
      return escape(find(node.text, scopes));
    default:
      return showBlock(node, scopes);
  }
}

function showBlock({ text, inner, alternative, line }, scopes) {
  const [what, path] = text.split(/\s+/);
  const value = find(path ?? '', scopes);
  const all = (nodes, own) => nodes.map((node) => show(node, own)).join('');
  if (what === 'each') return [...(value ?? [])].map((item) => all(inner, [item, ...scopes])).join('');
  if (what === 'if') return all(Array.isArray(value) ? (value.length ? inner : alternative) : value ? inner : alternative, scopes);
  throw new SyntaxError(`line ${line}: unknown block ${what}`);
}

function find(path, scopes) {
  if (path === 'this') return scopes[0];
  const [first, ...rest] = path.split('.');
  const scope = scopes.find((one) => one !== null && typeof one === 'object' && Object.hasOwn(one, first));
  return rest.reduce((value, name) => (value !== null && typeof value === 'object' && Object.hasOwn(value, name) ? value[name] : undefined), scope?.[first]);
}
