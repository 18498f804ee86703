export { Parser } from './parser.js';
export { parse, rows } from './reading.js';
export { format } from './writing.js';
