import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { test } from 'node:test';

import { Router, serve } from '../src/index.js';

const app = () =>
  new Router()
    .get('/files/:name', ({ params }) => ({ headers: { 'X-Name': 'n' }, body: `é${params.name}` }))
    .delete('/files/:name', () => ({ status: 204 }))
    .post('/only', () => ({ status: 201 }))
    .get('/files/:name/parts/:part', ({ params }) => ({ body: params }))
    .get('/static/*', ({ params }) => ({ body: params.rest }));

const ask = (method, url, router = app()) => router.handle({ method, url });

test('another method answers 405 with what is allowed', async () => {
  const answer = await ask('PUT', '/files/a');
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.Allow, 'DELETE, GET, HEAD, OPTIONS');
});

test('without GET there is no HEAD', async () => {
  const answer = await ask('HEAD', '/only');
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.Allow, 'OPTIONS, POST');
});

test('a path that is not there stays 404 for all methods', async () => {
  for (const method of ['GET', 'PUT', 'HEAD', 'OPTIONS']) assert.equal((await ask(method, '/nowhere')).status, 404);
});

test('OPTIONS is answered with 204', async () => {
  const answer = await ask('OPTIONS', '/files/a');
  assert.deepEqual([answer.status, answer.body, answer.headers.Allow], [204, '', 'DELETE, GET, HEAD, OPTIONS']);
});

test('a route of its own for OPTIONS wins', async () => {
  const answer = await ask('OPTIONS', '/only', app().on('options', '/only', () => ({ body: 'own' })));
  assert.equal(answer.body, 'own');
});

test('HEAD runs GET and sends no body', async () => {
  const answer = await ask('HEAD', '/files/a');
  assert.equal(answer.status, 200);
  assert.equal(answer.body, '');
  assert.equal(answer.headers['X-Name'], 'n');
  assert.equal(Number(answer.headers['Content-Length']), 3);
  assert.match(answer.headers['Content-Type'], /^text\/plain/);
});

test('a route of its own for HEAD wins wherever it stands', async () => {
  const answer = await ask('HEAD', '/files/a', app().on('HEAD', '/files/:name', () => ({ status: 299 })));
  assert.equal(answer.status, 299);
});

test('the handler sees that it is HEAD', async () => {
  let method = '';
  await ask('HEAD', '/x', new Router().get('/x', (request) => { method = request.method; return {}; }));
  assert.equal(method, 'HEAD');
});

test('parameters are decoded', async () => {
  assert.equal((await ask('GET', '/files/caf%C3%A9%20menu')).body, 'écafé menu');
  assert.equal((await ask('GET', '/files/a%2Fb')).body, 'éa/b');
  assert.deepEqual(JSON.parse((await ask('GET', '/files/a%2Fb/parts/%25')).body), { name: 'a/b', part: '%' });
  assert.equal((await ask('GET', '/static/a%20b/c%2Fd')).body, 'a b/c/d');
});

test('a plus stays a plus', async () => {
  assert.equal((await ask('GET', '/files/a+b')).body, 'éa+b');
});

test('what cannot be decoded answers 400', async () => {
  assert.equal((await ask('GET', '/files/%E0%A4%A')).status, 400);
  assert.equal((await ask('GET', '/static/%zz')).status, 400);
});

test('routers below a path behave the same', async () => {
  const whole = new Router().use('/api', app()).get('/other', () => ({}));
  const refused = await ask('PUT', '/api/files/a', whole);
  assert.deepEqual([refused.status, refused.headers.Allow], [405, 'DELETE, GET, HEAD, OPTIONS']);
  assert.equal((await ask('HEAD', '/api/files/a', whole)).status, 200);
  assert.equal((await ask('GET', '/api/files/x%2Fy', whole)).body, 'éx/y');
  assert.equal((await ask('GET', '/api/files/%zz', whole)).status, 400);
});

test('methods of several routers are told together', async () => {
  const one = new Router().get('/a', () => ({}));
  const whole = new Router().use('/', one).post('/a', () => ({ status: 201 }));
  assert.equal((await ask('POST', '/a', whole)).status, 201);
  assert.equal((await ask('PUT', '/a', whole)).headers.Allow, 'GET, HEAD, OPTIONS, POST');
});

test('over the wire', async () => {
  const server = createServer(serve(app()));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const send = (method, path) =>
    new Promise((done, fail) => {
      const out = request({ port: server.address().port, method, path }, (answer) => {
        let text = '';
        answer.on('data', (piece) => (text += piece));
        answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text }));
      });
      out.on('error', fail);
      out.end();
    });
  try {
    const head = await send('HEAD', '/files/a');
    assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '3', '']);
    const refused = await send('PUT', '/files/a');
    assert.deepEqual([refused.status, refused.headers.allow], [405, 'DELETE, GET, HEAD, OPTIONS']);
  } finally {
    server.close();
  }
});
