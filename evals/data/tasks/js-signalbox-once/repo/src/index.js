export { SignalBox } from './signalbox.js';
export { matches } from './pattern.js';
