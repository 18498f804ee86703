/** A response with all its parts. */
export function response({ status = 200, headers = {}, body = '' } = {}) {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';
  return { status, headers: { ...(text.length ? { 'Content-Type': type } : {}), ...headers }, body: text };
}

/** An answer without a route. */
export function failure(status, reason) {
  return response({ status, body: `${status} ${reason}` });
}
