import path from 'node:path';
import { GrammarStore, grammarFolders } from '../../context/syntax/grammar-store.js';
import { SyntaxService } from '../../context/syntax/syntax-service.js';
import { EngineError } from '../../engine/contract.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import { comparisonNotes } from '../../eval/compare/compare.js';
import { readLines } from '../../eval/dataset/read-dataset.js';
import { compareEdits, editsComparisonTable } from '../../eval/edits/compare-edits.js';
import type { EditPrediction } from '../../eval/edits/edit-prediction.js';
import { editsNotes, editsReport, editsTable } from '../../eval/edits/edits-report.js';
import { parseTasks } from '../../eval/edits/parse-tasks.js';
import { parseEditPredictions } from '../../eval/edits/read-edit-predictions.js';
import { runEdits } from '../../eval/edits/run-edits.js';
import { summarizeEdits } from '../../eval/edits/summarize-edits.js';
import { taskEditor } from '../../eval/edits/task-editor.js';
import type { EditTask, InstructionKind } from '../../eval/edits/task.js';
import { findIsolation } from '../../eval/execute/isolation.js';
import { findPython, runProgram } from '../../eval/execute/run-python.js';
import { treeSyntaxCheck } from '../../eval/metrics/tree-syntax-check.js';
import type { Verdict } from '../../eval/prediction.js';
import { ProvenanceGate } from '../../provenance/gate.js';
import { CliError, exitCode } from '../cli-error.js';
import { datasetFile, loadForEval, predictionWriter } from '../eval-run.js';
import { showProgress, spread, warnOfIsolation } from '../eval-run.js';
import { interruptible } from '../interrupt.js';
import { printReport, type ReportFormat } from '../print-report.js';

export interface EvalEditsOptions extends ReportFormat {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly threads: number;
  readonly context?: number;
  readonly limit?: number;
  readonly instruction: InstructionKind;
  readonly predictions?: string;
  readonly compare?: readonly string[];
}

/** An edit holds a file twice, and what is said about it: more than a completion. */
const CONTEXT = 8192;

/** `lacuna eval --edits`: has instructions followed whose outcome can be tested, and says how well. Or compares two such runs. */
export async function evalEdits(
  dataset: string | undefined,
  options: EvalEditsOptions,
  packageRoot: string,
): Promise<number> {
  const [a, b] = options.compare ?? [];
  if (a !== undefined && b !== undefined) return compareRuns(a, b, options);
  const file = datasetFile(dataset, 'edits.jsonl', packageRoot);
  const all = parseTasks(readLines(file), file, options.instruction);
  const tasks = spread(all, options.limit);
  const execute = executor(tasks);
  const write = predictionWriter(options.predictions);
  return interruptible(async (signal) => {
    const contextLength = options.context ?? CONTEXT;
    const engine = await loadForEval({ ...options, contextLength }, packageRoot);
    try {
      const { chat, chatRemedy = 'Use an instruct model.' } = engine.info;
      if (!chat) throw new EngineError('edits need a model that can be talked to', chatRemedy);
      const grammars = new GrammarStore(grammarFolders(packageRoot));
      const parts = {
        edit: taskEditor(engine, {
          gate: new ProvenanceGate(() => ({ folders: [], trusted: true })),
          syntax: new SyntaxService(grammars),
        }),
        syntax: treeSyntaxCheck(new SyntaxService(grammars)),
        ...(execute && { execute }),
      };
      const predictions: EditPrediction[] = [];
      for await (const prediction of runEdits(tasks, parts, signal)) {
        predictions.push(prediction);
        write.line(prediction);
        showProgress(predictions.length, tasks.length);
      }
      if (signal.aborted) return exitCode.interrupted;
      const untested = predictions.filter(({ verdict }) => !verdict).map(({ id }) => id);
      const summary = summarizeEdits(predictions);
      const name = path.basename(file);
      const report = editsReport(summary, name, engine.info, options.instruction, untested);
      const { heading, notes } = editsNotes(report);
      printReport(options, report, heading, editsTable(report), notes);
      return exitCode.ok;
    } finally {
      write.close();
      await engine.close();
    }
  });
}

/** Undefined where no task has tests that could be run. @throws EngineError where they want a Python that is not here. */
function executor(tasks: readonly EditTask[]): ((program: string) => Promise<Verdict>) | undefined {
  if (tasks.every(({ tests }) => tests === undefined)) return undefined;
  const python = findPython('name a data set without tests in Python');
  const isolation = findIsolation();
  warnOfIsolation(isolation);
  return (program) => runProgram(program, python, isolation);
}

function compareRuns(a: string, b: string, format: ReportFormat): number {
  const read = (file: string) => parseEditPredictions(readLines(file), file);
  const comparison = compareEdits(read(a), read(b));
  if (comparison.n === 0)
    throw new CliError(`${a} and ${b} have no task in common`, 'Compare runs over one data set.');
  const heading = `A ${a} · B ${b} · ${comparison.n} tasks`;
  const notes = comparisonNotes(comparison, 'tasks', 'Passed');
  printReport(format, comparison, heading, editsComparisonTable(comparison), notes);
  return exitCode.ok;
}
