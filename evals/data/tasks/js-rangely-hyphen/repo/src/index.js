export { compare, parse } from './version.js';
export { maxSatisfying, satisfies } from './range.js';
