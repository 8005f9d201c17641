import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { EditProposal, MentionItem } from '../../protocol/index.js';
import { PageSession } from './chat-page/page-session.js';
import type { ScriptedAnswer } from './chat-page/scripted-backend.js';
import { Watch } from './chat-page/watch.js';
import { root } from './hole.js';
import { until } from './until.js';
import { noWorkbench } from './workbench/workbench.js';

const hostile = JSON.parse(
  readFileSync(path.join(root, 'test/fixtures/hostile/strings.json'), 'utf8'),
) as readonly string[];

/** How many strings a page is given at once. */
const BATCH = 25;

/** An answer that has the text wherever an answer can have text, and around it what goes by its own ways. */
function answerWith(text: string): ScriptedAnswer {
  const line = text.replaceAll('\n', ' ');
  const answer = [
    text,
    `# ${line}`,
    `**${line}** \`${line}\` [${line}](https://example.org/${encodeURIComponent(line)}) [x](${line})`,
    `![${line}](${line} "${line}")`,
    `- ${line}\n- [ ] ${line}`,
    `| ${line} | b |\n|---|:-:|\n| c | ${line} |`,
    `\`\`\`${line}\n${text}\n\`\`\``,
    `\`\`\`html ${line}\n${text}\n\`\`\``,
    `\`\`\`js\n${text}\n\`\`\``,
    `1. a\n\n   \`\`\`${line}\n   ${line}\n   \`\`\``,
    text,
  ].join('\n\n');
  return {
    answer,
    reasoning: answer,
    sources: [
      {
        uri: text,
        label: text,
        mention: text,
        tokens: 1,
        note: text,
        lines: { first: 1, last: 2 },
      },
      { uri: 'file:///a.ts', label: text, mention: text, tokens: 1 },
    ],
    state: 'failed',
    error: { message: text, remedy: text },
  };
}

function proposalWith(texts: readonly string[]): EditProposal {
  const text = texts.join(' ');
  const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  return {
    ...{ id: text, title: text, uri: `file:///w/${encodeURIComponent(text)}`, version: 1, range },
    ...{ creates: true, oldText: text, newText: text, model: text, attempts: 1, parsed: true },
    hunks: texts.map((each) => ({ range, oldText: each, newText: `${each}\n${each}` })),
  };
}

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`hostile text in the chat page${untried}`, function () {
  this.timeout(120_000);
  let session: PageSession;
  let page: Page;
  let watch: Watch;

  before(async () => {
    session = new PageSession();
    await session.start();
  });
  after(() => session.close());
  beforeEach(async () => {
    session.backend.reset();
    page = await session.open({}, async (fresh) => {
      watch = await Watch.over(fresh, new URL(session.url).origin);
    });
  });
  afterEach(() => page.context().close());

  const inert = async () => {
    // What is hostile has its chance: images fail, animations begin, timers run.
    await page.waitForTimeout(100);
    assert.deepEqual(await watch.findings(), []);
  };
  const openConversation = async (index: number) => {
    await page.getByRole('button', { name: 'Conversations', exact: true }).click();
    await page.locator('.conversation').nth(index).click();
    await page.locator('.turn').first().waitFor();
  };

  it('is there in more than a hundred strings', () => {
    assert.ok(new Set(hostile).size >= 100);
  });

  it('is seen by the watch of these tests', async () => {
    await page.evaluate(`
      const probe = document.createElement('marquee');
      probe.id = 'probe';
      document.getElementById('chat').append(probe);
      globalThis.fire('probe');
      fetch('https://evil.example/').catch(() => undefined);
    `);
    await page.waitForTimeout(100);
    const findings = (await watch.findings()).join('\n');
    for (const sign of ['<marquee>', 'id=probe', 'fire probe', 'policy connect-src'])
      assert.ok(findings.includes(sign), findings);
  });

  it('is text in kept answers, sources, titles and errors', async () => {
    const { backend } = session;
    for (const text of hostile) backend.add([], text);
    const batches: (readonly string[])[] = [];
    for (let from = 0; from < hostile.length; from += BATCH)
      batches.unshift(hostile.slice(from, from + BATCH));
    // The latest is the first in the list.
    for (const batch of batches.toReversed())
      backend.add(
        batch.map((text) => backend.turn(text, answerWith(text))),
        batch[0],
      );
    for (const [i, batch] of batches.entries()) {
      await openConversation(i);
      await until('this conversation', 15_000, () =>
        page.evaluate<boolean>(
          `document.querySelector('.turn').getAttribute('aria-label') === ${JSON.stringify(batch[0]?.slice(0, 120))}`,
        ),
      );
      await page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = true;",
      );
      await page.locator('.reasoning .markdown').first().waitFor();
      await inert();
    }
  });

  it('is text while it streams, a character at a time', async () => {
    for (const [i, piece] of [1, 3, 7].entries()) {
      session.backend.answer = () => ({ answer: hostile.join('\n\n'), piece });
      await page.locator('.composer textarea').fill('Go');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Answer again' }).nth(i).waitFor();
      await inert();
    }
  });

  it('is text in mentions and pins', async () => {
    const kinds = ['file', 'symbol', 'selection', 'problems', 'diff', 'repo'] as const;
    session.backend.mentionItems = hostile.map((text, i): MentionItem => {
      const kind = kinds[i % kinds.length] ?? 'file';
      return { mention: `@${text}`, kind, label: text, detail: text };
    });
    await page.locator('.composer textarea').pressSequentially('@');
    await page
      .getByRole('option')
      .nth(hostile.length - 1)
      .waitFor();
    await inert();
    await page.keyboard.press('Shift+Enter');
    // The page pins by a request of its own, which must not come after what is set here.
    await page.locator('.pins li').first().waitFor();
    const conversation = [...session.backend.conversations.values()][0];
    assert.ok(conversation);
    session.backend.conversations.set(conversation.id, { ...conversation, pinned: hostile });
    session.backend.tell({ type: 'didChange', conversation: conversation.id });
    await page
      .locator('.pins li')
      .nth(hostile.length - 1)
      .waitFor();
    await inert();
  });

  it('is text in proposals, also when they are applied', async () => {
    session.backend.add([session.backend.turn('q', { answer: '```\nx\n```' })], 'One');
    await openConversation(0);
    for (let from = 0; from < hostile.length; from += BATCH) {
      session.backend.proposal = proposalWith(hostile.slice(from, from + BATCH));
      await page.getByRole('button', { name: 'Apply', exact: true }).first().click();
      await page.locator('.proposal .hunk').first().waitFor();
      await inert();
      await page.locator('.proposal').getByRole('button', { name: 'Discard' }).click();
      await page.locator('.proposal.ended').waitFor();
    }
    await inert();
  });

  it('is text in what the server says of the model and of a failure', async () => {
    const message = hostile.join('\n');
    session.backend.availability = {
      ...{ available: false, reason: 'failed', message, remedy: message },
    };
    session.backend.tell({ type: 'status' });
    await page.locator('.notice strong').waitFor();
    await inert();
  });
});
