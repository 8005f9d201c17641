import assert from 'node:assert/strict';
import { promptMarkdown } from '../../../server/completion/prompt-report.js';

describe('prompt report', () => {
  it('fences text that has fences of its own, and changes not a letter of it', () => {
    const text = 'a\n````\n# b\n```';
    const markdown = promptMarkdown({
      document: 'file:///a.md',
      model: 'm',
      promptTokens: 9,
      residentTokens: 1,
      redactions: 0,
      segments: [
        { segment: { kind: 'special', token: 'bos' }, tokens: 1, residentTokens: 1 },
        {
          segment: { kind: 'text', text, source: 'file:///a.md' },
          tokens: 8,
          residentTokens: 0,
        },
      ],
    });
    assert.ok(markdown.includes(`\n\`\`\`\`\`\n${text}\n\`\`\`\`\`\n`));
    assert.match(markdown, /## 1\. `bos` \(1 token, 1 known\)/);
    assert.match(markdown, /## 2\. file:\/\/\/a\.md \(8 tokens, 0 known\)/);
    assert.match(markdown, /9 tokens, 1 of them known from before; 0 secrets were left out\./);
  });
});
