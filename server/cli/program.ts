import { Command, Option } from 'commander';
import { cpuPaths } from '../engine/native/addon.js';
import { editTasks } from '../refactor/tasks.js';
import { defaultSettings } from '../../protocol/index.js';
import {
  deviceOption,
  fileRangeArgument,
  locationArgument,
  modelHelp,
  wholeNumber,
  wholeNumbers,
} from './arguments.js';
import { exitCode } from './cli-error.js';
import type { BenchOptions } from './commands/bench.js';
import type { ChatOptions } from './commands/chat.js';
import type { CompleteOptions } from './commands/complete.js';
import type { DebugLogitsOptions } from './commands/debug-logits.js';
import type { DoctorOptions } from './commands/doctor.js';
import type { EditOptions } from './commands/edit.js';
import type { IndexOptions } from './commands/index-workspace.js';
import type { ModelsOptions } from './commands/models.js';
import { defineEval } from './define-eval.js';
import type { FileRange } from './file-range.js';
import type { Location } from './location.js';

/**
 * The command line as commander sees it. `finished` gets the exit code of the command that ran. Each command's
 * code is loaded when it runs: `--help` need not wait for a language server.
 */
export function createProgram(
  packageRoot: string,
  version: string,
  finished: (code: number) => void,
): Command {
  const program = new Command('lacuna')
    .description('Code completion by a model that runs on this machine.')
    .version(version)
    .exitOverride()
    // What stands behind the name of a subcommand is that one's own.
    .enablePositionalOptions()
    .showHelpAfterError('(lacuna --help lists the commands)');

  program
    .command('lsp')
    .description('serve an editor')
    .addOption(new Option('--stdio', 'over standard input and output').conflicts('nodeIpc'))
    .option('--node-ipc', 'over the channel of the Node.js process that started this one')
    .option('--model <path>', modelHelp)
    .addOption(new Option('--clientProcessId <pid>', 'given by some clients').hideHelp())
    .action(async (options: { stdio?: true; nodeIpc?: true; model?: string }, command: Command) => {
      if (!options.stdio && !options.nodeIpc) command.error('error: give --stdio or --node-ipc');
      if (options.nodeIpc && !process.send) {
        command.error(
          'error: --node-ipc needs a Node.js process that started this one; give --stdio instead',
        );
      }
      const { lsp } = await import('./commands/lsp.js');
      await lsp(options.nodeIpc ? 'node-ipc' : 'stdio', options, packageRoot, version);
    });

  program
    .command('complete')
    .description('print what belongs at a place in a file')
    .argument('<FILE:LINE:COL>', 'line and column from 1, column in UTF-16 units', locationArgument)
    .option('--model <path>', modelHelp)
    .addOption(deviceOption('auto'))
    .option('--json', 'print one JSON object, with what it cost')
    .option('--max-tokens <n>', 'generate at most so many tokens', wholeNumber(1, 4096))
    .option('--workspace <dir>', 'show the model what other files of this source tree say')
    .option('--multiline', 'go on over several lines wherever the cursor stands')
    .action(async (location: Location, options: CompleteOptions) => {
      const { complete } = await import('./commands/complete.js');
      finished(await complete(location, options, packageRoot));
    });

  program
    .command('chat')
    .description(
      'ask a model that answers: one question, or one after the other on a terminal; @file:PATH, @symbol:NAME, @diff and @repo show it what they name',
    )
    .argument('[question...]', 'without it, what stands on standard input, or what you type')
    .option('--model <path>', modelHelp)
    .addOption(deviceOption('auto'))
    .option('--threads <n>', '0 takes the physical cores', wholeNumber(0, 256), 0)
    .option(
      '--context-length <n>',
      'tokens that conversation and answer may fill together',
      wholeNumber(512, 163840),
      defaultSettings.chatContextLength,
    )
    .option('--max-tokens <n>', 'answer with at most so many tokens', wholeNumber(1, 65536), 2048)
    .option('--think', 'let a model that can think first do so')
    .option('--no-think', 'have it answer at once')
    .option('--web', 'serve a page to a browser on this machine, about the folder you are in')
    .addOption(
      new Option('--port <n>', 'of the page; 0 takes a free one')
        .argParser(wholeNumber(0, 65535))
        .default(0),
    )
    .action(async (question: string[], options: ChatOptions & { web?: true; port: number }) => {
      if (options.web) {
        const { chatWeb } = await import('./commands/chat-web.js');
        finished(await chatWeb(options, packageRoot, version));
        return;
      }
      const { chat } = await import('./commands/chat.js');
      finished(await chat(question, options, packageRoot));
    });

  program
    .command('edit')
    .description('have a model that answers rewrite a part of a file, and print the diff')
    .argument('<FILE:RANGE>', 'LINE, LINE-LINE or LINE:COL-LINE:COL, from 1', fileRangeArgument)
    .argument('[instruction...]', 'what to change')
    .addOption(
      new Option('--kind <name>', 'what to do; all but rewrite need no instruction')
        .choices(Object.keys(editTasks))
        .default('rewrite'),
    )
    .option('--problem <text>', 'with --kind fix: what the compiler says')
    .option('--apply', 'write the file')
    .option('--model <path>', modelHelp)
    .addOption(deviceOption('auto'))
    .option(
      '--context-length <n>',
      'tokens that prompt and answer may fill together',
      wholeNumber(512, 163840),
      defaultSettings.chatContextLength,
    )
    .option('--json', 'print one JSON object, with what it cost')
    .action(async (place: FileRange, words: string[], options: EditOptions) => {
      const { edit } = await import('./commands/edit.js');
      finished(await edit(place, words, options, packageRoot));
    });

  program
    .command('doctor')
    .description('check what completions need, and say what to do where it is missing')
    .option('--model <path>', modelHelp)
    .addOption(deviceOption('auto'))
    .option('--json', 'print one JSON object')
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./commands/doctor.js');
      finished(await doctor(options, packageRoot));
    });

  program
    .command('models')
    .description('list the models on this machine')
    .option('--json', 'print one JSON object')
    .action(async (options: ModelsOptions) => {
      const { models } = await import('./commands/models.js');
      finished(await models(options, packageRoot));
    });

  program
    .command('bench')
    .description('measure how fast this machine runs a model')
    .option('--model <path>', modelHelp)
    .addOption(deviceOption('auto'))
    .option('--threads <n>', '0 takes the physical cores', wholeNumber(0, 256), 0)
    .option('--chunk <n>', 'tokens per prefill step', wholeNumber(1, 4096), 1024)
    .option('--runs <n>', 'times that everything is measured', wholeNumber(1, 1000), 5)
    .option('--prefill <n,n>', 'lengths of cold prompts', wholeNumbers(1), [512, 2048])
    .option('--depths <n,n>', 'cached tokens to decode behind', wholeNumbers(0), [0, 2048, 8192])
    .option('--peer', 'compare with llama.cpp on the same file, in turns')
    .option('--replay', 'only replay an edit, key by key')
    .option('--keystrokes <n>', 'keystrokes to replay', wholeNumber(0, 100000), 200)
    .option(
      '--aborts <n>',
      'only time aborts, so many in prefill and in decode',
      wholeNumber(0, 100000),
    )
    .option('--drafts', 'only measure what drafts gain')
    .option('--chat', 'only measure what each question of a conversation costs')
    .option('--resume <file>', 'keep measurements of speed there, and go on from those it holds')
    .option('--at-most <seconds>', 'begin no measurement of speed later', wholeNumber(1, 1 << 24))
    .addOption(new Option('--json', 'print one JSON object').conflicts('markdown'))
    .option('--markdown', 'print a table for a document')
    .action(async (options: BenchOptions) => {
      const { bench } = await import('./commands/bench.js');
      finished(await bench(options, packageRoot));
    });

  defineEval(program, packageRoot, finished);

  program
    .command('index')
    .description('index a folder as an editor would, and print what that gives')
    .argument('<DIR>', 'a folder with source files')
    .option('--map', 'print the definitions that matter most')
    .option('--open <file...>', 'files that somebody works in: the map is seen from there', [])
    .option('--mention <name...>', 'names near the cursor, which weigh more', [])
    .option('--limit <n>', 'definitions of the map', wholeNumber(1, 10_000), 40)
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: IndexOptions) => {
      const { indexWorkspace } = await import('./commands/index-workspace.js');
      finished(await indexWorkspace(folder, options, packageRoot));
    });

  program
    .command('debug')
    .description('look inside the engine')
    .command('logits')
    .description("write every position's logits for a list of tokens as a NumPy file")
    .requiredOption('--model <path>', 'GGUF file')
    .requiredOption('--tokens <path>', 'JSON array of token ids')
    .requiredOption('--out <path>', 'float32 [tokens, vocabulary] in NumPy format')
    .addOption(deviceOption('cpu'))
    .addOption(
      new Option(
        '--cpu-path <name>',
        'instructions to use; reference, avx2 and avx512 round nothing',
      )
        .choices(['auto', ...cpuPaths])
        .default('auto'),
    )
    .option('--chunk <n>', 'tokens per prefill step', wholeNumber(1, 4096), 256)
    .action(async (options: DebugLogitsOptions) => {
      const { debugLogits } = await import('./commands/debug-logits.js');
      finished(await debugLogits(options, packageRoot));
    });

  return program;
}

/** The exit code for an error of commander itself: showing help or the version is none. */
export function usageExitCode(commanderExitCode: number): number {
  return commanderExitCode === 0 ? exitCode.ok : exitCode.usage;
}
