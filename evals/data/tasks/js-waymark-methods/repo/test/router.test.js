import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';

import { Router, serve } from '../src/index.js';

const app = () =>
  new Router()
    .get('/', () => ({ body: 'home' }))
    .get('/files/:name', ({ params }) => ({ body: params.name }))
    .post('/files/:name', () => ({ status: 201, body: { ok: true } }))
    .get('/static/*', ({ params, query }) => ({ body: `${params.rest} ${query.get('v')}` }))
    .get('/broken', () => { throw new Error('x'); });

describe('routes', () => {
  test('are found by method and path', async () => {
    assert.equal((await app().handle({ url: '/files/a' })).body, 'a');
    assert.deepEqual(await app().handle({ method: 'POST', url: '/files/a' }), {
      status: 201, headers: { 'Content-Type': 'application/json' }, body: '{"ok":true}',
    });
    assert.equal((await app().handle({ url: '/' })).body, 'home');
  });

  test('that are not there answer 404', async () => {
    assert.equal((await app().handle({ url: '/nowhere' })).status, 404);
  });

  test('take the rest and the query', async () => {
    assert.equal((await app().handle({ url: '/static/a/b.css?v=3' })).body, 'a/b.css 3');
  });

  test('that throw answer 500', async () => {
    assert.equal((await app().handle({ url: '/broken' })).status, 500);
  });

  test('of other routers lie below a path', async () => {
    const whole = new Router().use('/api', app()).get('/files/x', () => ({ body: 'own' }));
    assert.equal((await whole.handle({ url: '/api/files/b' })).body, 'b');
    assert.equal((await whole.handle({ url: '/files/x' })).body, 'own');
    assert.equal((await whole.handle({ url: '/apis/files/b' })).status, 404);
  });
});

test('a server answers', async () => {
  const server = createServer(serve(app()));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  try {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/files/a`);
    assert.deepEqual([answer.status, await answer.text()], [200, 'a']);
  } finally {
    server.close();
  }
});
