// npm's `prepare` hook: runs after every `npm ci` and `npm install` in a clone, never for those who only use the package.
import { linkBin } from './lib/bin-link.mjs';

linkBin();
