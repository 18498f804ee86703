'use strict';

var ShelfError = require('./errors').ShelfError;

var SUFFIX = '.json';

/** The name of a key's file. */
function fileName(key) {
  if (typeof key !== 'string' || key === '') throw new ShelfError('BAD_KEY', 'a key is a text that is not empty');
  return encodeURIComponent(key).replace(/\*/g, '%2A').replace(/^\./, '%2E') + SUFFIX;
}

/** The key of a file; null if it is none of ours. */
function keyOf(name) {
  if (name.slice(-SUFFIX.length) !== SUFFIX || name[0] === '.') return null;
  return decodeURIComponent(name.slice(0, -SUFFIX.length));
}

module.exports = { fileName: fileName, keyOf: keyOf };
