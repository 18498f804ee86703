'use strict';

var fs = require('fs');
var path = require('path');
var keys = require('./keys');
var ShelfError = require('./errors').ShelfError;

/** Values in a folder. */
function Shelf(folder) {
  this.folder = folder;
}

/** Keep a value. */
Shelf.prototype.put = function (key, value, callback) {
  var target, text;
  try {
    target = path.join(this.folder, keys.fileName(key));
    text = JSON.stringify(value);
    if (text === undefined) throw new ShelfError('BAD_VALUE', 'a value has to be JSON');
  } catch (error) {
    return process.nextTick(callback, error);
  }
  var beside = path.join(this.folder, '.' + path.basename(target) + '.new');
  try {
    fs.writeFileSync(beside, text);
  } catch (error) {
    return process.nextTick(callback, error);
  }
  fs.rename(beside, target, function (error) {
    callback(error || null);
  });
};

/** The value of a key. */
Shelf.prototype.get = function (key, callback) {
  var file;
  try {
    file = path.join(this.folder, keys.fileName(key));
  } catch (error) {
    return process.nextTick(callback, error);
  }
  fs.readFile(file, 'utf8', function (error, text) {
    if (error && error.code === 'ENOENT') return callback(new ShelfError('NOT_FOUND', 'there is no ' + key));
    if (error) return callback(error);
    var value;
    try {
      value = JSON.parse(text);
    } catch (problem) {
      return callback(new ShelfError('DAMAGED', 'the value of ' + key + ' is not JSON'));
    }
    callback(null, value);
  });
};

/** All keys, sorted. */
Shelf.prototype.list = function (callback) {
  fs.readdir(this.folder, function (error, names) {
    if (error) return callback(error);
    callback(null, names.map(keys.keyOf).filter(function (key) { return key !== null; }).sort());
  });
};

/** Forget a key; true if it was there. */
Shelf.prototype.remove = function (key, callback) {
  var file;
  try {
    file = path.join(this.folder, keys.fileName(key));
  } catch (error) {
    return process.nextTick(callback, error);
  }
  fs.unlink(file, function (error) {
    if (error && error.code === 'ENOENT') return callback(null, false);
    callback(error || null, !error);
  });
};

module.exports = Shelf;
