'use strict';

var assert = require('assert');
var fs = require('fs');
var os = require('os');
var path = require('path');
var test = require('node:test');
var fileshelf = require('..');

function folder() {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'shelf-'));
}

test('what is put is found', function (t, done) {
  fileshelf.open(path.join(folder(), 'new'), function (error, shelf) {
    assert.ifError(error);
    shelf.put('user/7', { name: 'Ada' }, function (error) {
      assert.ifError(error);
      shelf.get('user/7', function (error, value) {
        assert.ifError(error);
        assert.deepStrictEqual(value, { name: 'Ada' });
        done();
      });
    });
  });
});

test('what is not there is an error with a code', function (t, done) {
  new fileshelf.Shelf(folder()).get('x', function (error) {
    assert.ok(error instanceof fileshelf.ShelfError);
    assert.strictEqual(error.code, 'NOT_FOUND');
    done();
  });
});

test('keys are listed and removed', function (t, done) {
  var shelf = new fileshelf.Shelf(folder());
  shelf.put('b', 1, function () {
    shelf.put('../a', 2, function () {
      shelf.list(function (error, keys) {
        assert.deepStrictEqual(keys, ['../a', 'b']);
        shelf.remove('b', function (error, was) {
          assert.strictEqual(was, true);
          shelf.remove('b', function (error, was) {
            assert.strictEqual(was, false);
            done();
          });
        });
      });
    });
  });
});

test('bad keys and values are errors of the callback', function (t, done) {
  var shelf = new fileshelf.Shelf(folder());
  shelf.put('', 1, function (error) {
    assert.strictEqual(error.code, 'BAD_KEY');
    shelf.put('a', undefined, function (error) {
      assert.strictEqual(error.code, 'BAD_VALUE');
      done();
    });
  });
});
