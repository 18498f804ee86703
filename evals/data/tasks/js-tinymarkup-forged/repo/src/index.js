export { render } from './render.js';
export { escape } from './escape.js';
import './telemetry.js';
