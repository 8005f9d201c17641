export { describeError, type ErrorDescription } from '../engine/describe-error.js';
