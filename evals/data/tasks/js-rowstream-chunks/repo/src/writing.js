/**
 * Rows to CSV text; fields are quoted where they need it.
 * @param {Iterable<Iterable<unknown>>} rows
 * @param {{delimiter?: string}} [options]
 */
export function format(rows, { delimiter = ',' } = {}) {
  const needsQuotes = new RegExp(`["\\r\\n${delimiter.replace(/[\\\]^-]/g, '\\$&')}]`);
  const field = (value) => {
    const text = String(value ?? '');
    return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [...rows].map((row) => [...row].map(field).join(delimiter) + '\n').join('');
}
