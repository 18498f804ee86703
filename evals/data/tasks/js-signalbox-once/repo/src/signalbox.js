import { matches } from './pattern.js';

/** @typedef {(value: unknown, name: string) => void} Listener */

/** Events by name; listeners by pattern. */
export class SignalBox {
  /** @type {{pattern: string, fn: Listener}[]} */
  #listeners = [];

  /**
   * Call `fn` for each event that fits.
   * @param {string} pattern
   * @param {Listener} fn
   * @returns {() => void} removes it
   */
  on(pattern, fn) {
    if (typeof fn !== 'function') throw new TypeError('a listener has to be a function');
    const entry = { pattern, fn };
    this.#listeners.push(entry);
    return () => this.off(pattern, fn);
  }

  /**
   * Call `fn` for the next event that fits, and no more.
   * @param {string} pattern
   * @param {Listener} fn
   */
  once(pattern, fn) {
    const wrapper = (value, name) => {
      this.off(pattern, wrapper);
      fn(value, name);
    };
    return this.on(pattern, wrapper);
  }

  /**
   * Remove a listener, all of a pattern, or all.
   * @param {string} [pattern]
   * @param {Listener} [fn]
   */
  off(pattern, fn) {
    for (let at = this.#listeners.length - 1; at >= 0; at--) {
      const entry = this.#listeners[at];
      const same = (pattern === undefined || entry.pattern === pattern) && (fn === undefined || entry.fn === fn);
      if (same) this.#listeners.splice(at, 1);
    }
  }

  /**
   * Call the listeners that fit.
   * @param {string} name
   * @param {unknown} [value]
   * @returns {number} how many
   */
  emit(name, value) {
    const errors = [];
    for (const { pattern, fn } of this.#listeners) {
      if (!matches(pattern, name)) continue;
      try {
        fn(value, name);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} listeners of ${name} failed`);
    return this.#listeners.filter(({ pattern }) => matches(pattern, name)).length;
  }

  /**
   * The next value of an event that fits.
   * @param {string} pattern
   * @returns {Promise<unknown>}
   */
  wait(pattern) {
    return new Promise((resolve) => this.once(pattern, resolve));
  }

  /** How many listeners there are. */
  get size() {
    return this.#listeners.length;
  }
}
