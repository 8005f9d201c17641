import path from 'node:path';
import { defaultSettings } from '../../../protocol/index.js';
import type { PlanKind } from '../../completion/prompt-at.js';
import { GrammarStore, grammarFolders } from '../../context/syntax/grammar-store.js';
import { SyntaxService } from '../../context/syntax/syntax-service.js';
import {
  thresholdsFor,
  type ConfidenceLevel,
  type ShapeThresholds,
} from '../../completion/confidence/thresholds.js';
import type { EngineInfo } from '../../engine/contract.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import { readDataset } from '../../eval/dataset/read-dataset.js';
import { findIsolation } from '../../eval/execute/isolation.js';
import { findPython, runPython } from '../../eval/execute/run-python.js';
import type { EvalHole } from '../../eval/hole.js';
import { treeSyntaxCheck } from '../../eval/metrics/tree-syntax-check.js';
import type { Prediction, Verdict } from '../../eval/prediction.js';
import { notesOf, reportOf, tableOf } from '../../eval/report/report.js';
import { summarize } from '../../eval/report/summarize.js';
import type { AnswerOptions } from '../../eval/run/answer-hole.js';
import { changedRequests } from '../../eval/run/changed-requests.js';
import { runEval } from '../../eval/run/run-eval.js';
import { openWorkspace, type EvalWorkspace } from '../../eval/workspace/eval-workspace.js';
import { ProvenanceGate } from '../../provenance/gate.js';
import { CliError, exitCode } from '../cli-error.js';
import {
  datasetFile,
  loadForEval,
  predictionWriter,
  showProgress,
  spread,
  warnOfIsolation,
} from '../eval-run.js';
import { interruptible } from '../interrupt.js';
import { languageIdOf } from '../language-id.js';
import { printReport, type ReportFormat } from '../print-report.js';
import { readThresholds, thresholdsPath } from '../thresholds-file.js';
import { evalCompare } from './eval-compare.js';

export interface EvalOptions extends ReportFormat {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly threads: number;
  readonly context?: number;
  readonly limit?: number;
  readonly plan: PlanKind;
  readonly layout?: 'psm' | 'spm';
  readonly copy?: number;
  readonly beam?: number;
  readonly typed: number;
  readonly keystrokes?: true;
  readonly candidates?: true;
  readonly shape: 'auto' | 'gold';
  readonly maxTokens?: number;
  readonly maxLines?: number;
  /** Whether answers are decided by syntax trees; else by the text alone. */
  readonly syntax: boolean;
  readonly workspace?: string;
  readonly confidence: 'off' | ConfidenceLevel;
  readonly thresholds?: string;
  readonly execute?: true;
  readonly predictions?: string;
  readonly compare?: readonly string[];
}

/** `lacuna eval`: fills holes whose content is known, and says how well. Or compares two such runs. */
export async function evaluate(
  dataset: string | undefined,
  options: EvalOptions,
  packageRoot: string,
): Promise<number> {
  const [a, b] = options.compare ?? [];
  if (a !== undefined && b !== undefined) return evalCompare(a, b, options);
  const { name, holes } = open(dataset, packageRoot, options.limit);
  const execute = options.execute && executor(holes);
  const write = predictionWriter(options.predictions);
  return interruptible(async (signal) => {
    const contextLength = options.context ?? defaultSettings.contextLength;
    const loaded = await loadForEval({ ...options, contextLength }, packageRoot);
    const { layout, copy, beam } = options;
    const info = {
      ...(layout && { fim: layout }),
      ...(copy !== undefined && { copy }),
      ...(beam !== undefined && { beam }),
    };
    const engine = changedRequests(loaded, { info });
    try {
      const answers = answerOptions(options);
      const grammars = new GrammarStore(grammarFolders(packageRoot));
      const syntax = treeSyntaxCheck(new SyntaxService(grammars));
      const how = { ...answers, syntax, ...(execute && { execute }) };
      const workspace = await workspaceOf(options.workspace, grammars);
      const thresholds = thresholdsOf(options, engine.info, packageRoot);
      const parts = {
        gate: workspace?.gate ?? new ProvenanceGate(() => ({ folders: [], trusted: true })),
        ...(options.syntax && { trees: new SyntaxService(grammars) }),
        ...(workspace && { workspace }),
        ...(thresholds && { thresholds }),
      };
      const predictions: Prediction[] = [];
      try {
        for await (const prediction of runEval(engine, parts, holes, how, signal)) {
          predictions.push(prediction);
          write.line(prediction);
          showProgress(predictions.length, holes.length);
        }
      } finally {
        write.close();
      }
      if (signal.aborted) return exitCode.interrupted;
      const asked = {
        syntax: predictions.some(({ parsesClean }) => parsesClean !== undefined),
        execute: execute !== undefined,
      };
      const report = reportOf(summarize(predictions), name, engine.info, answers, asked);
      const { heading, notes } = notesOf(report);
      printReport(options, report, heading, tableOf(report), notes);
      return exitCode.ok;
    } finally {
      await engine.close();
    }
  });
}

function open(
  dataset: string | undefined,
  packageRoot: string,
  limit: number | undefined,
): { name: string; holes: EvalHole[] } {
  const file = datasetFile(dataset, 'holes.jsonl', packageRoot);
  return { name: path.basename(file), holes: spread(readDataset(file), limit) };
}

async function workspaceOf(
  folder: string | undefined,
  grammars: GrammarStore,
): Promise<EvalWorkspace | undefined> {
  return folder === undefined ? undefined : openWorkspace(folder, languageIdOf, grammars);
}

/** @throws CliError where no hole has a test; EngineError where there is no Python. */
function executor(
  holes: readonly EvalHole[],
): (program: string, entryPoint: string) => Promise<Verdict> {
  if (!holes.some(({ test }) => test)) {
    throw new CliError(
      'no hole of this data set has a test',
      'Name a file of human-eval-infilling, or leave out --execute.',
    );
  }
  const python = findPython();
  const isolation = findIsolation();
  warnOfIsolation(isolation);
  return (program, entryPoint) => runPython(program, entryPoint, python, isolation);
}

function answerOptions(options: EvalOptions): AnswerOptions {
  const { plan, layout, typed, shape, confidence } = options;
  return {
    ...{ plan, typed, shape, confidence, ...(layout && { layout }) },
    keystrokes: options.keystrokes ?? false,
    candidates: options.candidates ?? false,
    maxTokens: options.maxTokens ?? defaultSettings.maxTokens,
    maxLines: options.maxLines ?? defaultSettings.maxLines,
    workspace: options.workspace !== undefined,
  };
}

/** @throws CliError, EngineError where the file of thresholds is none. */
function thresholdsOf(
  { confidence, thresholds: file }: EvalOptions,
  { fingerprint }: EngineInfo,
  packageRoot: string,
): ShapeThresholds | undefined {
  if (confidence === 'off') return undefined;
  const data = readThresholds(file ?? thresholdsPath(packageRoot));
  return thresholdsFor(data, fingerprint, confidence);
}
