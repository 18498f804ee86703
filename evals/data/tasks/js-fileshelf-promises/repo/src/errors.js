'use strict';

var util = require('util');

/** Something that the shelf refuses; `code` says what. */
function ShelfError(code, message) {
  Error.captureStackTrace(this, ShelfError);
  this.name = 'ShelfError';
  this.code = code;
  this.message = message;
}
util.inherits(ShelfError, Error);

module.exports = { ShelfError: ShelfError };
