export { Router } from './router.js';
export { serve } from './serve.js';
