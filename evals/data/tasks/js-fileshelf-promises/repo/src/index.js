'use strict';

var fs = require('fs');
var Shelf = require('./shelf');
var errors = require('./errors');

/** Open a folder, which is made if it is not there. */
function open(folder, callback) {
  fs.mkdir(folder, { recursive: true }, function (error) {
    if (error) return callback(error);
    callback(null, new Shelf(folder));
  });
}

module.exports = { open: open, Shelf: Shelf, ShelfError: errors.ShelfError };
