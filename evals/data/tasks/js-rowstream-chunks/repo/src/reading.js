import { Parser } from './parser.js';

/**
 * All rows of a text.
 * @param {string} text
 * @param {{delimiter?: string, header?: boolean}} [options]
 */
export function parse(text, options = {}) {
  const parser = new Parser(options);
  const rows = [...parser.write(text), ...parser.end()];
  return options.header ? named(rows) : rows;
}

/**
 * The rows of a stream, as they come.
 * @param {AsyncIterable<string | Uint8Array>} stream
 * @param {{delimiter?: string, header?: boolean}} [options]
 */
export async function* rows(stream, options = {}) {
  const parser = new Parser(options);
  let names = null;
  for await (const piece of stream) {
    const text = typeof piece === 'string' ? piece : Buffer.from(piece).toString('utf8');
    for (const row of parser.write(text)) {
      if (!options.header) yield row;
      else if (names === null) names = row;
      else yield record(names, row);
    }
  }
  for (const row of parser.end()) {
    yield options.header && names ? record(names, row) : row;
  }
}

function named([names, ...rest]) {
  return names ? rest.map((row) => record(names, row)) : [];
}

function record(names, row) {
  return Object.fromEntries(names.map((name, place) => [name, row[place] ?? '']));
}
