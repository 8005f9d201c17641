/**
 * The language server as it ships, but for its model: what that answers stands in a file (`script.ts`). Run in place of
 * `lacuna lsp`, with the same arguments. Whatever model the settings name, it answers; one with `base` in its name only
 * completes.
 */
import path from 'node:path';
import { lsp } from '../../../server/cli/commands/lsp.js';
import type { PromptPlan } from '../../../server/engine/contract.js';
import { findPackageRoot } from '../../../server/engine/native/load-addon.js';
import { planText, ScriptedEngine } from '../../support/scripted-engine.js';
import { scriptedChat } from './chat-format.js';
import { readReplies, recordPrompt, ReplyCounter, replyTo, scriptVariable } from './script.js';

const script = process.env[scriptVariable];
const counter = new ReplyCounter();

const reply = (plan: PromptPlan) => replyTo(planText(plan), readReplies(script));

function answer(plan: PromptPlan): string {
  if (script !== undefined) recordPrompt(script, planText(plan));
  const found = reply(plan);
  return found ? counter.next(found) : '';
}

function engine(model: string): ScriptedEngine {
  const base = /base/i.test(model);
  return new ScriptedEngine({
    answer,
    logProbability: (plan) => reply(plan)?.logProbability ?? -0.1,
    tokenMs: (plan) => reply(plan)?.tokenMs ?? 0,
    info: {
      model: base ? 'Scripted Base' : 'Scripted Instruct',
      contextLength: 16_384,
      ...(base ? { chatRemedy: 'Choose an Instruct model for chat.' } : { chat: scriptedChat }),
    },
  });
}

const packageRoot = findPackageRoot(import.meta.dirname) ?? path.resolve('.');
const transport = process.argv.includes('--node-ipc') ? 'node-ipc' : 'stdio';
await lsp(transport, {}, packageRoot, '0.0.0-scripted', ({ model }) =>
  Promise.resolve(engine(model)),
);
