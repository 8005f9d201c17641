/**
 * Everything client and server say to each other beyond plain LSP. Imports nothing, so that both sides can
 * import it.
 */
export * from './chat.js';
export * from './chat-page.js';
export * from './commands.js';
export * from './edits.js';
export * from './models.js';
export * from './prompt.js';
export * from './settings.js';
export * from './statistics.js';
export * from './status.js';
export * from './trust.js';
