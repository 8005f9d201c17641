import type { EditKind } from '../../protocol/index.js';
import type { DocumentText } from '../context/syntax/parsed-document.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { TextRange } from '../context/syntax/text-range.js';
import type { Engine } from '../engine/contract.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import type { EditDraft } from './draft.js';
import type { EditRefusal } from './refusal.js';

export interface EditRequest {
  readonly document: DocumentText;
  /** What is selected, or the cursor; UTF-16 units. */
  readonly range: TextRange;
  readonly kind: EditKind;
  /** For `rewrite`. */
  readonly instruction?: string;
  /** For `fix`: what is reported. */
  readonly diagnostic?: string;
}

export interface EditSupport {
  readonly engine: Engine;
  readonly gate: Pick<ProvenanceGate, 'document'>;
  readonly syntax: Pick<SyntaxService, 'ready'>;
  /** What a model reads as the file's name; by default the last part of its URI. */
  readonly path?: string;
  /** Longest wait for the document's tree, milliseconds. */
  readonly parseMs: number;
  /** Hears the lines that would be replaced, and all that there is of their new text: it may yet be refused. */
  readonly onProgress?: (range: TextRange, text: string) => void;
}

export type DraftOutcome =
  | { readonly draft: EditDraft; readonly refusal?: never }
  | { readonly draft?: never; readonly refusal: EditRefusal };
