import type { SyntaxService } from '../../context/syntax/syntax-service.js';
import type { SyntaxCheck } from './syntax-check.js';

/** A document of nobody's: each text is opened under it, and closed before the next. */
const uri = 'lacuna-eval:check';
/** A text that takes longer to parse says nothing. */
const DEADLINE_MS = 10_000;

/** Counts the faults of a text's tree. One text after the other: await each before the next. */
export function treeSyntaxCheck(service: SyntaxService): SyntaxCheck {
  return {
    async errors(text, languageId) {
      service.open({ uri, languageId, version: 1, text });
      try {
        const tree = await service.ready(uri, { deadlineMs: DEADLINE_MS });
        return tree?.faults().length;
      } finally {
        service.close(uri);
      }
    },
  };
}
