/**
 * A listener for node:http.
 * @param {import('./router.js').Router} router
 */
export function serve(router) {
  return async (incoming, outgoing) => {
    const pieces = [];
    for await (const piece of incoming) pieces.push(piece);
    const { status, headers, body } = await router.handle({
      method: incoming.method,
      url: incoming.url,
      headers: incoming.headers,
      body: Buffer.concat(pieces).toString('utf8'),
    });
    outgoing.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers });
    outgoing.end(body);
  };
}
