import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { EmacsLibrary } from './emacs-library.js';
import { root } from './hole.js';
import { scriptedEnvironment, scriptIn } from './scripted-environment.js';
import { recordedPrompts, type ScriptedReply } from './scripted-server/script.js';

/** What the driving Lisp may say: it waits for conditions, and notes texts by a name. */
const prelude = `;; -*- lexical-binding: t -*-
(defvar notes nil)
(defun note (name text) (push (cons name text) notes))
(defun until (what check)
  (let ((end (+ (float-time) 30)))
    (while (and (< (float-time) end) (not (funcall check)))
      (accept-process-output nil 0.05))
    (unless (funcall check) (error "Waited in vain for %s" what))))
(defun buffer-with (variable)
  (seq-find (lambda (each) (buffer-local-value variable each)) (buffer-list)))
(defun in-chat (what check)
  (until what (lambda () (with-current-buffer (buffer-with 'lacuna--conversation) (funcall check)))))
(defun text () (buffer-substring-no-properties (point-min) (point-max)))
(defun remarks ()
  (mapconcat (lambda (each) (or (overlay-get each 'after-string) "")) (overlays-in (point-min) (point-max)) "|"))
(defun open-chat ()
  (lacuna-chat)
  (until "the chat" (lambda () (buffer-with 'lacuna--conversation)))
  (set-buffer (buffer-with 'lacuna--conversation)))
(defun ask (question)
  (goto-char (point-max))
  (insert question)
  (lacuna-send))
(defun review ()
  (until "the diff" (lambda () (buffer-with 'lacuna--proposal)))
  (set-buffer (buffer-with 'lacuna--proposal)))
`;

interface Outcome {
  /** What the Lisp noted, by its names. */
  readonly notes: Readonly<Record<string, string>>;
  /** What the model was asked. */
  readonly prompts: readonly string[];
}

/** Runs Lisp in an Emacs that has a JavaScript file open and is connected to a scripted server. */
async function drive(
  { configuration, connect, end }: EmacsLibrary,
  source: string,
  replies: readonly ScriptedReply[],
  lisp: string,
): Promise<Outcome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-emacs-'));
  try {
    const file = path.join(folder, 'sum.js');
    writeFileSync(file, source);
    const out = path.join(folder, 'notes.json');
    const load = (name: string) =>
      `(load ${JSON.stringify(path.join(root, 'editors', name))} nil t)`;
    const program = path.join(folder, 'drive.el');
    writeFileSync(
      program,
      `${prelude}
      ${load(configuration)}
      ${load('emacs-chat.el')}
      (find-file ${JSON.stringify(file)})
      ${connect}
      (defvar file (current-buffer))
      ${lisp}
      (with-temp-file ${JSON.stringify(out)} (insert (json-encode notes)))
      (set-buffer file)
      (set-buffer-modified-p nil)
      ${end}`,
    );
    const env = scriptedEnvironment(folder, replies);
    await promisify(execFile)('emacs', ['-q', '--batch', '-l', 'json', '-l', program], {
      env,
      timeout: 100_000,
    });
    return {
      notes: JSON.parse(readFileSync(out, 'utf8')) as Record<string, string>,
      prompts: recordedPrompts(scriptIn(folder)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Has the scenarios of a suite driven side by side, two at a time: each has an Emacs, a home and a server of its own. */
export function scenarios(
  library: EmacsLibrary,
  source: string,
  replies: readonly ScriptedReply[],
): (title: string, lisp: string, check: (outcome: Outcome) => void) => void {
  const starts: (() => Promise<unknown>)[] = [];
  before(() => {
    const lane = async () => {
      for (let start = starts.shift(); start; start = starts.shift())
        // Whoever waits for it is told.
        await start().catch(() => undefined);
    };
    void lane();
    void lane();
  });
  return (title, lisp, check) => {
    let settle: (outcome: Promise<Outcome>) => void;
    const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
    outcome.catch(() => undefined);
    starts.push(() => {
      settle(drive(library, source, replies, lisp));
      return outcome;
    });
    it(title, async () => {
      check(await outcome);
    });
  };
}
