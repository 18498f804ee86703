import { below, compile, match } from './pattern.js';
import { failure, response } from './response.js';

/** @typedef {{method: string, path: string, params: Record<string, string>, query: URLSearchParams, headers: Record<string, string>, body: unknown}} Request */
/** @typedef {(request: Request) => unknown} Handler */

/** Routes, and routers below a path. */
export class Router {
  #routes = [];

  /**
   * @param {string} method
   * @param {string} pattern
   * @param {Handler} handler
   */
  on(method, pattern, handler) {
    this.#routes.push({ method: method.toUpperCase(), parts: compile(pattern), handler });
    return this;
  }

  get(pattern, handler) {
    return this.on('GET', pattern, handler);
  }

  post(pattern, handler) {
    return this.on('POST', pattern, handler);
  }

  put(pattern, handler) {
    return this.on('PUT', pattern, handler);
  }

  delete(pattern, handler) {
    return this.on('DELETE', pattern, handler);
  }

  /** Everything below a path goes to another router. */
  use(prefix, router) {
    this.#routes.push({ prefix: compile(prefix), router });
    return this;
  }

  /**
   * The answer to a request.
   * @param {{method?: string, url: string, headers?: Record<string, string>, body?: unknown}} request
   */
  async handle({ method = 'GET', url, headers = {}, body = null }) {
    const [path, search = ''] = url.split('?', 2);
    const found = this.find(method.toUpperCase(), path);
    if (!found) return failure(404, 'Not Found');
    try {
      const request = { method, path, params: found.params, query: new URLSearchParams(search), headers, body };
      return response(await found.handler(request));
    } catch {
      return failure(500, 'Internal Server Error');
    }
  }

  /** The first route that fits, with its parameters; null if none does. */
  find(method, path) {
    for (const route of this.#routes) {
      if (route.router) {
        const rest = below(route.prefix, path);
        const found = rest === null ? null : route.router.find(method, rest);
        if (found) return found;
      } else {
        const params = route.method === method ? match(route.parts, path) : null;
        if (params) return { handler: route.handler, params };
      }
    }
    return null;
  }
}
