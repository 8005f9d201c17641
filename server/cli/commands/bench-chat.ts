import { requireChat } from '../../chat/require-chat.js';
import { measureChat, type ChatFigures, type ChatTurnFigures } from '../../bench/chat.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import { EngineLoader } from '../../models/load-engine.js';
import { exitCode } from '../cli-error.js';
import { endedByInterrupt } from '../interrupt.js';

export interface BenchChatOptions {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly threads: number;
  readonly json?: true;
}

const TURNS = 6;
const ANSWER_TOKENS = 64;
const CODE_TOKENS = 400;
/** The conversation fits with room to spare; for a model that was trained for less, its questions are shorter. */
const CONTEXT = 8192;

/** `lacuna bench --chat`: what each question of a conversation costs. Prints a table, or one JSON object. */
export async function benchChat(
  { model: flag, json, ...options }: BenchChatOptions,
  packageRoot: string,
): Promise<number> {
  const { device, threads } = options;
  const request = {
    device,
    threads,
    insist: true,
    contextLength: CONTEXT,
    kvCache: 'auto',
  } as const;
  const engine = await new EngineLoader(packageRoot).load({ flag, ...request });
  try {
    const { model, path, device: where, contextLength } = engine.info;
    requireChat(engine.info);
    const plan = {
      turns: TURNS,
      answerTokens: ANSWER_TOKENS,
      codeTokens: Math.floor(CODE_TOKENS * Math.min(1, contextLength / CONTEXT)),
    };
    const figures = await endedByInterrupt(() => measureChat(engine, plan));
    process.stdout.write(
      json
        ? `${JSON.stringify({ model, path, device: where, ...plan, chat: figures })}\n`
        : `${model}, ${where}\n\n${table(figures)}`,
    );
    return exitCode.ok;
  } finally {
    await engine.close();
  }
}

const COLUMNS: readonly (readonly [title: string, cell: (turn: ChatTurnFigures) => string])[] = [
  ['prompt', ({ prompt }) => `${prompt}`],
  ['resident', ({ resident }) => `${resident}`],
  ['prefilled', ({ prefilled }) => `${prefilled}`],
  ['new', ({ added }) => `${added}`],
  ['prefill ms', ({ prefillMs }) => prefillMs.toFixed(1)],
  ['answer', ({ generated }) => `${generated}`],
  ['tokens/s', ({ tokensPerSecond }) => tokensPerSecond.toFixed(1)],
];

function table({ turns, retry }: ChatFigures): string {
  const named = [...turns.map((turn, i) => [`${i + 1}`, turn] as const), ['retry', retry] as const];
  const rows = [
    ['turn', ...COLUMNS.map(([title]) => title)],
    ...named.map(([name, turn]) => [name, ...COLUMNS.map(([, cell]) => cell(turn))]),
  ];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const lines = rows.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '));
  const read = turns.reduce((all, { prefilled }) => all + prefilled, 0);
  const again = turns.reduce((all, { prefilled, added }) => all + prefilled - added, 0);
  const whole = turns.reduce((all, { prompt }) => all + prompt, 0);
  const notes = [
    `${read} of the ${whole} tokens of all prompts were read; the others were in the cache.`,
    ...(again === 0
      ? []
      : [
          `${again} of them had been written as answers: one a turn always, and what reads back as other tokens or in another place, as behind thoughts.`,
        ]),
  ];
  return `${lines.join('\n')}\n\n${notes.join('\n')}\n`;
}
