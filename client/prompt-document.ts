import { EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';
import type { PromptReport } from '../protocol/index.js';

const scheme = 'lacuna-prompt';
const uri = Uri.from({ scheme, path: 'Latest prompt.md' });

/** A read-only document that shows the latest prompt. */
export class PromptDocument implements Disposable {
  private text = '';
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: () => this.text,
  });

  /** Without a report, it says that there is none yet. */
  async show(report: PromptReport | null): Promise<void> {
    this.text =
      report?.text ?? '# The latest prompt\n\nNo model was asked since the server started.\n';
    this.changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
