/**
 * Text for HTML.
 * @param {unknown} value
 */
export function escape(value) {
  return String(value ?? '').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
