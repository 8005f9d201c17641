import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SyntaxService } from '../../../server/context/syntax/syntax-service.js';
import type { EvalHole } from '../../../server/eval/hole.js';
import { answerHole } from '../../../server/eval/run/answer-hole.js';
import { openWorkspace } from '../../../server/eval/workspace/eval-workspace.js';
import { planText, ScriptedEngine } from '../../support/scripted-engine.js';
import { grammars } from '../context/syntax/grammar-fixtures.js';

const options = {
  ...{
    plan: 'plain' as const,
    typed: 0,
    keystrokes: false,
    candidates: false,
    shape: 'auto' as const,
  },
  ...{ maxTokens: 32, maxLines: 4, workspace: true, confidence: 'off' as const },
};
const languageOf = (file: string) => (file.endsWith('.ts') ? 'typescript' : undefined);
const padding = `// ${'x'.repeat(200)}\n`;
const files: Readonly<Record<string, string>> = {
  'src/shapes.ts': `export function areaOf(sides: number): number {\n  return sides;\n}\n${padding}`,
  'src/main.ts': `import { areaOf } from './shapes.js';\n\nconst goldenArea = areaOf(4);\n${padding}`,
  'src/ignored.ts': `export function areaOf(ignored: string): void {}\n${padding}`,
};
const hole: EvalHole = {
  ...{ id: 'a', language: 'typescript', file: 'src/main.ts', kind: 'cross-file' },
  prefix: "import { areaOf } from './shapes.js';\n\nconst goldenArea = ",
  gold: 'areaOf(4);',
  suffix: `\n${padding}`,
};

describe('the workspace of an evaluation', () => {
  let tree: string;

  before(() => {
    tree = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-eval-')));
    mkdirSync(path.join(tree, 'src'));
    mkdirSync(path.join(tree, '.git'));
    writeFileSync(path.join(tree, '.gitignore'), 'ignored.ts\n');
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(tree, name), text);
  });

  after(() => {
    rmSync(tree, { recursive: true, force: true });
  });

  async function prompt(changed: Partial<EvalHole> = {}): Promise<string> {
    const workspace = await openWorkspace(tree, languageOf, grammars);
    const engine = new ScriptedEngine({ answer: 'x' });
    const parts = { gate: workspace.gate, trees: new SyntaxService(grammars), workspace };
    const signal = new AbortController().signal;
    await answerHole({ ...hole, ...changed }, engine, parts, options, signal);
    return planText(engine.requests.at(-1)!.plan);
  }

  it('shows what another file defines, and nothing that is ignored', async () => {
    const shown = await prompt();
    assert.match(shown, /\/\/ src\/shapes\.ts:\n\/\/ function areaOf\(sides: number\): number\n/);
    assert.ok(!shown.includes('ignored'));
  });

  it('takes nothing of the file that the hole is in: the gold stands there', async () => {
    const shown = await prompt();
    assert.ok(!shown.includes(hole.gold));
    assert.equal(shown.split('goldenArea').length, 2);
  });

  it('says nothing about holes of other trees', async () => {
    assert.ok(!(await prompt({ file: 'elsewhere/main.ts' })).includes('shapes.ts:'));
  });
});
