import { EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';

/** A read-only document for what the server tells on demand; shown again, it shows the newest. */
export class ReportDocument implements Disposable {
  private text = '';
  private readonly changed = new EventEmitter<Uri>();
  private readonly uri: Uri;
  private readonly registration: Disposable;

  /**
   * @param scheme of the document's URI, its own
   * @param name as the editor's tab shows it; `.md` makes it Markdown
   */
  constructor(scheme: string, name: string) {
    this.uri = Uri.from({ scheme, path: name });
    this.registration = workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.changed.event,
      provideTextDocumentContent: () => this.text,
    });
  }

  async show(text: string): Promise<void> {
    this.text = text;
    this.changed.fire(this.uri);
    await window.showTextDocument(await workspace.openTextDocument(this.uri), { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
