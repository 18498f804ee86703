/** A parser that is fed with pieces of text. */
export class Parser {
  #delimiter;
  #row = [];
  #field = '';
  #quoted = false;
  #wasQuoted = false;

  /** @param {{delimiter?: string}} [options] */
  constructor({ delimiter = ',' } = {}) {
    if (delimiter.length !== 1) throw new RangeError('the delimiter has to be one character');
    this.#delimiter = delimiter;
  }

  /**
   * Read a piece of the text.
   * @param {string} text
   * @returns {string[][]} the rows that are complete now
   */
  write(text) {
    const rows = [];
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if (this.#quoted) {
        if (char !== '"') {
          this.#field += char;
        } else if (text[at + 1] === '"') {
          this.#field += '"';
          at++;
        } else {
          this.#quoted = false;
        }
      } else if (char === '"' && this.#field === '') {
        this.#quoted = this.#wasQuoted = true;
      } else if (char === this.#delimiter) {
        this.#endField();
      } else if (char === '\r' && text[at + 1] === '\n') {
        at++;
        rows.push(this.#endRow());
      } else if (char === '\n' || char === '\r') {
        rows.push(this.#endRow());
      } else {
        this.#field += char;
      }
    }
    return rows;
  }

  /**
   * The text has ended.
   * @returns {string[][]} the last row, if it had no end of its own
   */
  end() {
    if (this.#quoted) throw new SyntaxError('the text ends within quotes');
    if (this.#row.length === 0 && this.#field === '' && !this.#wasQuoted) return [];
    return [this.#endRow()];
  }

  #endField() {
    this.#row.push(this.#field);
    this.#field = '';
    this.#wasQuoted = false;
  }

  #endRow() {
    this.#endField();
    const row = this.#row;
    this.#row = [];
    return row;
  }
}
