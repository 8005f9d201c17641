import type { CompletionOptions } from '../completion/completion-options.js';
import type { PlanMemory } from '../completion/plan-memory.js';
import type { SyntaxSource } from '../completion/syntax-source.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import type { EditorContext } from './editor-context.js';
import type { SettingsStore } from './settings-store.js';

/** How completions are made by what the settings say at present. */
export class CompletionSetup {
  constructor(
    private readonly settings: SettingsStore,
    private readonly gate: ProvenanceGate,
    private readonly planMemory: PlanMemory,
    private readonly syntax: SyntaxSource,
    private readonly context: EditorContext,
  ) {}

  options(): CompletionOptions {
    const { maxTokens, maxLines, plan } = this.settings.current;
    const { gate, planMemory, syntax, context } = this;
    return {
      ...{ maxTokens, maxLines, plan, gate, planMemory, syntax, context },
      drafts: context.drafts(),
    };
  }

  /** What an answer depends on besides the document. */
  variant(languageId: string): string {
    const { model, contextLength, device, kvCache, plan, maxTokens, maxLines } =
      this.settings.current;
    return JSON.stringify([
      ...[languageId, model, contextLength, device, kvCache],
      ...[plan, maxTokens, maxLines],
    ]);
  }

  /** Whether documents in this language are completed. */
  completes(languageId: string): boolean {
    const { enable, disabledLanguages } = this.settings.current;
    return enable && !disabledLanguages.includes(languageId);
  }

  /** Whether the model may work on what nobody has asked for yet. */
  worksAhead(languageId: string): boolean {
    return this.settings.current.workAhead && this.completes(languageId);
  }
}
