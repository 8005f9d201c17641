import { InvalidArgumentError, Option, type Command } from 'commander';
import { planKinds } from '../completion/prompt-at.js';
import { instructionKinds } from '../eval/edits/task.js';
import { holeKinds, type HoleKind } from '../eval/hole.js';
import { deviceOption, modelHelp, share, wholeNumber } from './arguments.js';
import { confidenceLevels } from '../completion/confidence/thresholds.js';
import type { EvalBuildOptions } from './commands/eval-build.js';
import type { EvalCalibrateOptions } from './commands/eval-calibrate.js';
import type { EvalEditsOptions } from './commands/eval-edits.js';
import type { EvalOptions } from './commands/eval.js';

/** `lacuna eval`, `lacuna eval build` and `lacuna eval calibrate`. */
export function defineEval(
  program: Command,
  packageRoot: string,
  finished: (code: number) => void,
): void {
  const evaluate = program
    .command('eval')
    .description('measure how good completions are, on holes whose content is known, or edits')
    .enablePositionalOptions()
    .argument(
      '[dataset]',
      'JSONL file of holes or edits (default: those that come with the source)',
    )
    .option('--model <path>', modelHelp)
    .addOption(deviceOption('auto'))
    .option('--threads <n>', '0 takes the physical cores', wholeNumber(0, 256), 0)
    .option('--context <n>', 'tokens of prompt and answer', wholeNumber(64, 163840))
    .option('--limit <n>', 'fill so many holes, spread evenly', wholeNumber(1, 1 << 24))
    .addOption(
      new Option('--plan <kind>', 'how prompts are made').choices(planKinds).default('anchored'),
    )
    .addOption(
      new Option(
        '--layout <order>',
        'prefix or suffix first, where the model was trained with both (default: as its file says)',
      ).choices(['psm', 'spm']),
    )
    .option(
      '--copy <share>',
      'mix in so much of what repetition makes likely (default: as its file says)',
      share,
    )
    .option(
      '--beam <n>',
      'search for first lines over so many beginnings (default: as its file says)',
      wholeNumber(1, 6),
    )
    .option('--typed <n>', 'characters typed since the cursor came', wholeNumber(0, 1000), 16)
    .option('--keystrokes', 'ask at each typed character, and count what it costs')
    .option(
      '--candidates',
      'ask for what else could stand there, and count what is exact among all',
    )
    .addOption(
      new Option('--shape <kind>', 'how far answers go: as the code says, or as far as the gold')
        .choices(['auto', 'gold'])
        .default('auto'),
    )
    .option('--max-tokens <n>', 'generate at most so many tokens', wholeNumber(1, 4096))
    .option('--max-lines <n>', 'keep at most so many lines', wholeNumber(1, 1000))
    .option('--no-syntax', 'decide by the text alone, as where a language has no grammar')
    .option('--workspace <dir>', 'show what other files of this source tree say about a hole')
    .addOption(
      new Option('--confidence <level>', 'hold back what the model is not sure of, as while typing')
        .choices(['off', ...confidenceLevels])
        .default('off'),
    )
    .option('--thresholds <file>', 'those of --confidence (default: those that come with Lacuna)')
    .option('--execute', 'run the tests that holes bring: programs that a model wrote')
    .option('--predictions <file>', 'write every answer and its marks there, as JSONL')
    .option(
      '--edits',
      'measure edits by instruction instead, and run their tests: programs that a model wrote',
    )
    .addOption(
      new Option('--instruction <wording>', 'of --edits, where a data set has two')
        .choices(instructionKinds)
        .default('descriptive'),
    )
    .option('--compare <files...>', 'compare two files of predictions, and run nothing')
    .addOption(new Option('--json', 'print one JSON object').conflicts('markdown'))
    .option('--markdown', 'print a table for a document')
    .action(async (dataset: string | undefined, options: AllOptions, command: Command) => {
      if (options.compare && options.compare.length !== 2)
        command.error('error: --compare takes two files of predictions');
      if (options.compare && dataset !== undefined)
        command.error('error: --compare takes no data set');
      if (options.edits) {
        const foreign = foreignToEdits(command);
        if (foreign !== undefined) command.error(`error: --edits goes without --${foreign}`);
        const commands = await import('./commands/eval-edits.js');
        finished(await commands.evalEdits(dataset, options, packageRoot));
        return;
      }
      const commands = await import('./commands/eval.js');
      finished(await commands.evaluate(dataset, options, packageRoot));
    });

  evaluate
    .command('build')
    .description('cut holes into the files of a source tree')
    .argument('<tree>', 'root of the tree')
    .requiredOption('--out <file>', 'JSONL file to write')
    .option('--holes <n>', 'most holes', wholeNumber(1, 1 << 20), 200)
    .option('--per-file <n>', 'most holes of one file', wholeNumber(1, 10000), 5)
    .option('--kinds <kind,kind>', `of ${holeKinds.join(', ')}`, kindList, [...holeKinds])
    .option('--languages <id,id>', 'only files of these languages', (text) => text.split(','))
    .option('--seed <text>', 'the same seed makes the same holes', '1')
    .action(async (tree: string, options: EvalBuildOptions) => {
      const { evalBuild } = await import('./commands/eval-build.js');
      finished(evalBuild(tree, options));
    });

  evaluate
    .command('calibrate')
    .description('choose how sure the model of a run must be of what is shown unasked')
    .argument('<predictions>', 'what `lacuna eval --predictions` wrote, of one model')
    .option(
      '--target <eager,balanced,strict>',
      'share of right ones among what each level shows',
      shareList,
      [0.25, 0.5, 0.75] as [number, number, number],
    )
    .option('--check <file>', 'choose nothing: say what the thresholds in this file do')
    .option('--dataset <name>', 'where the holes come from, for people (default: the file)')
    .option('--out <file>', 'write the thresholds there, in place of those of the same model')
    .addOption(new Option('--json', 'print one JSON object').conflicts('markdown'))
    .option('--markdown', 'print tables for a document')
    .action(async (predictions: string, options: EvalCalibrateOptions) => {
      const { evalCalibrate } = await import('./commands/eval-calibrate.js');
      finished(evalCalibrate(predictions, options));
    });
}

type AllOptions = EvalOptions & EvalEditsOptions & { readonly edits?: true };

/** Options that say how holes are filled. */
const ofHoles = [
  ...[
    'plan',
    'layout',
    'copy',
    'beam',
    'typed',
    'keystrokes',
    'candidates',
    'shape',
    'maxTokens',
    'maxLines',
    'syntax',
  ],
  ...['workspace', 'confidence', 'thresholds', 'execute'],
];

/** An option given that means nothing to edits, as it is written. */
function foreignToEdits(command: Command): string | undefined {
  const given = ofHoles.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === 'syntax') return 'no-syntax';
  return given?.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function shareList(text: string): [number, number, number] {
  const shares = text.split(',').map(Number);
  const rising = shares.every((share, at) => share > (shares[at - 1] ?? 0) && share < 1);
  const [eager = 0, balanced = 0, strict = 0] = shares;
  if (shares.length === 3 && rising) return [eager, balanced, strict];
  throw new InvalidArgumentError('Give three shares that rise, such as 0.25,0.5,0.75.');
}

function kindList(text: string): HoleKind[] {
  return text.split(',').map((name) => {
    const kind = holeKinds.find((each) => each === name);
    if (kind) return kind;
    throw new InvalidArgumentError(`The kinds are ${holeKinds.join(', ')}.`);
  });
}
