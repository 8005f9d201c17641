import { execFileSync } from 'node:child_process';
import { installed } from './hole.js';

/** A library that speaks LSP in Emacs. */
export interface EmacsLibrary {
  readonly name: string;
  readonly library: string;
  /** What Debian calls the packages. */
  readonly packages: string;
  /** In `editors/`. */
  readonly configuration: string;
  /** Lisp that connects it in the current buffer, and that ends it. */
  readonly connect: string;
  readonly end: string;
}

export const emacsLibraries: readonly EmacsLibrary[] = [
  {
    name: 'Eglot',
    library: 'eglot',
    packages: 'emacs-nox elpa-eglot',
    configuration: 'emacs.el',
    connect: "(let ((eglot-sync-connect t)) (apply #'eglot (eglot--guess-contact)))",
    end: '(eglot-shutdown (eglot-current-server))',
  },
  {
    name: 'lsp-mode',
    library: 'lsp-mode',
    packages: 'emacs-nox elpa-lsp-mode',
    configuration: 'emacs-lsp-mode.el',
    // In batch mode nothing is loaded by itself, and nobody can be asked.
    connect: `(progn
      (require 'lsp-modeline)
      (require 'lsp-completion)
      (setq lsp-session-file (expand-file-name "session" default-directory)
            lsp-enabled-clients '(lacuna) lsp-enable-suggest-server-download nil
            lsp-auto-guess-root t lsp-enable-snippet nil lsp-headerline-breadcrumb-enable nil)
      (lsp-workspace-folders-add (directory-file-name default-directory))
      (lsp)
      (let ((end (+ (float-time) 30)))
        (while (and (< (float-time) end)
                    (not (seq-find (lambda (each) (eq (lsp--workspace-status each) 'initialized))
                                   (lsp-workspaces))))
          (accept-process-output nil 0.1))))`,
    end: '(kill-buffer)',
  },
];

function evaluates(lisp: string): boolean {
  try {
    execFileSync('emacs', ['-q', '--batch', '--eval', lisp], { stdio: 'ignore', timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

/** How to install what is not there; `undefined` where a library can be tried. */
export function missingForEmacs({ library, packages }: EmacsLibrary): string | undefined {
  if (installed('emacs') && evaluates(`(require '${library})`)) return undefined;
  return `not tried: install it with apt-get install ${packages}`;
}
